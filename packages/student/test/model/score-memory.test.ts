// What a score costs in memory: its result. The reference executor is plain, and makes some short-lived objects a layer.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The result, an object of two numbers, takes 72 bytes, and adding up scores here 17. A list that is made and taken apart,
 * or a few fractions that are handed over, would be beyond this; single ones depend on the engine's mood.
 */
const MOST_BYTES = 150;

describe('score', () => {
  it('allocates its result and no more, run in WebAssembly', () => {
    const script = join(import.meta.dirname, 'score-memory.mjs');
    const young = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];
    const printed = execFileSync(process.execPath, [...young, script, 'simd']).toString();
    const { executor, bytesPerCall } = JSON.parse(printed);
    expect(executor).toBe('simd-f32');
    // Less than nothing would mean that something was collected.
    expect(bytesPerCall).toBeGreaterThan(0);
    expect(bytesPerCall).toBeLessThan(MOST_BYTES);
  });
});
