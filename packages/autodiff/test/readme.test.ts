// The example of the README runs as it stands.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('runs the example of the README', () => {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const [, code] = readFileSync(`${folder}/README.md`, 'utf8').match(/```js\n([\s\S]*?)```/) ?? [];
  const options = { cwd: folder, encoding: 'utf8' } as const;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', code], options);
  // Row 1 pushes the first weight up, row 2 the second down, row 3 keeps their sum at 0.
  const [first, second] = printed.match(/-?[\d.]{3,}/g)?.map(Number) ?? [];
  expect(first).toBeGreaterThan(3);
  expect(first + second).toBeCloseTo(0, 4);
});
