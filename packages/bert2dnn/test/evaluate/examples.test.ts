// The examples run, as a reader would run them, and say what they promise.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../../../examples/', import.meta.url));

/** A line that each example must print. */
const EXPECTED: Record<string, RegExp> = {
  '01-text-to-score.mjs': /^not good +logit -2 +probability 0\.119$/m,
  '02-distill-evaluate-predict.mjs': /^query,title,label,score,logit$/m,
  '03-serve-any-scorer.mjs': /Did you mean title\?/,
};

describe('examples', () => {
  it('are all known here', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.mjs'));
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.keys(EXPECTED))('%s', async (name) => {
    const { stdout } = await promisify(execFile)(process.execPath, [`${FOLDER}${name}`]);
    expect(stdout).toMatch(EXPECTED[name]);
  });
});
