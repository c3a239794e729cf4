import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../src');

describe('the package outside src/node', () => {
  it('imports its own files only and names nothing that only Node has', () => {
    const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.startsWith('node'),
    );
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const code = readFileSync(join(SOURCE, file), 'utf8').replace(
        /^\s*(?:\/\/|\*|\/\*).*$/gm,
        '',
      );
      const imports = [...code.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(([, from]) => from);
      for (const from of imports) expect(`${file}: ${from}`).toMatch(/: \.\.?\//);
      expect(code).not.toMatch(/\b(?:Buffer|process|require|__dirname|setImmediate)\b/);
    }
  });

  it('has no dependencies', () => {
    const manifest = JSON.parse(readFileSync(join(SOURCE, '../package.json'), 'utf8'));
    expect(manifest.dependencies).toBeUndefined();
  });
});
