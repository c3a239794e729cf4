// The bundle dist/browser/student.min.js: its size, and that it needs nothing of Node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const FILE = join(import.meta.dirname, '../dist/browser/student.min.js');

describe('student.min.js', () => {
  it('is at most 30 kB gzipped', () => {
    expect(gzipSync(readFileSync(FILE), { level: 9 }).length).toBeLessThanOrEqual(30_000);
  });

  it('imports nothing', () => {
    const code = readFileSync(FILE, 'utf8');
    expect(code).not.toMatch(/\bimport\s*[({"'*]|\bfrom\s*"|\brequire\(/);
    expect(code).toMatch(/export\{/);
  });
});
