// What a score costs in memory: its result, and a few numbers that the engine keeps as objects on the way.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The result, an object of two numbers, takes 72 bytes; each number passed to a function that is not inlined 16. */
const MOST_BYTES = 320;

describe('score', () => {
  it.each(['reference', 'simd'])('allocates hardly more than its result: %s', (executor) => {
    const script = join(import.meta.dirname, 'score-memory.mjs');
    const young = ['--min-semi-space-size=256', '--max-semi-space-size=256'];
    const printed = execFileSync(process.execPath, [...young, script, executor]).toString();
    const { bytesPerCall } = JSON.parse(printed);
    // Less than nothing would mean that something was collected.
    expect(bytesPerCall).toBeGreaterThan(0);
    expect(bytesPerCall).toBeLessThan(MOST_BYTES);
  });
});
