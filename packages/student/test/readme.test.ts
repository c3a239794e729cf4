import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('the example of the README runs as it stands', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const example = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code).at(-1)!;
  const entry = new URL('../dist/index.js', import.meta.url).href;
  const code = example
    .replace("'@bert2dnn/student'", JSON.stringify(entry))
    .replace('console.log(', 'export const result = (');
  const { result } = await import(
    /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`
  );
  expect(result.score).toBeGreaterThan(0);
  expect(result.score).toBeLessThan(1);
  expect(Number.isFinite(result.logit)).toBe(true);
});
