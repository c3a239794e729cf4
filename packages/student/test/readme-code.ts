// Code of the README by the heading above it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The first block of code beneath a heading of the third level. @throws Error if there is none. */
export function readmeCode(heading: string): string {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const section = readme.split(/^### /m).find((part) => part.startsWith(`${heading}\n`));
  const code = /^```\w+\n(.*?)^```/ms.exec(section ?? '')?.[1];
  if (code === undefined) throw new Error(`README.md: no code beneath the heading ${heading}`);
  return code;
}
