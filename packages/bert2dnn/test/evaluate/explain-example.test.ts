// The stage explain: what it gives, the page that it writes, and what it refuses.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain } from '@bert2dnn/student/explain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainExample } from '../../src/evaluate/explain-example.js';
import { sampleStudent } from '../export/sample-students.js';

const pair = sampleStudent({ preset: 'pair', fields: ['query', 'title'] });
const classes = sampleStudent({
  preset: 'bag',
  fields: ['text'],
  numOutputs: 3,
  members: { classes: ['no', 'maybe', 'yes'] },
});
const TEXTS = { query: 'red drill', title: 'Red <drill> & bit' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-explain-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('explainExample', () => {
  it('gives the explanation of the student', async () => {
    expect(await explainExample({ student: pair, texts: TEXTS })).toEqual(explain(pair, TEXTS));
    const options = { method: 'leave-one-out' } as const;
    expect(await explainExample({ student: pair, texts: TEXTS, ...options })).toEqual(
      explain(pair, TEXTS, options),
    );
  });

  it('takes an output by name or by index', async () => {
    const texts = { text: 'red drill' };
    const expected = explain(classes, texts, { output: 1 });
    expect(expected.label).toBe('maybe');
    for (const output of ['maybe', '1']) {
      expect(await explainExample({ student: classes, texts, output })).toEqual(expected);
    }
  });

  it('writes a page with the texts as they were given, over an older one', async () => {
    const html = join(folder, 'why.html');
    await writeFile(html, 'older');
    const result = await explainExample({ student: pair, texts: TEXTS, html, top: 3 });
    expect(result).toEqual({ ...explain(pair, TEXTS), html });
    const page = await readFile(html, 'utf8');
    expect(page).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(page).toContain('>Red<');
    expect(page).not.toContain('<drill>');
    expect(page.match(/<tr>/g)).toHaveLength(1 + 3);
    expect(await readdir(folder)).toEqual(['why.html']);
  });

  it('refuses texts of other fields, saying which there are', async () => {
    await expect(
      explainExample({ student: pair, texts: { text: 'red drill' } }),
    ).rejects.toMatchObject({
      code: 'USAGE',
      message: 'texts: got text, expected query, title',
      hint: 'The fields of this student: --fields query=... title=...',
    });
    await expect(explainExample({ student: pair, texts: {} })).rejects.toThrow('got no text');
    await expect(
      explainExample({ student: pair, texts: { ...TEXTS, brand: 'x' } }),
    ).rejects.toThrow('got query, title, brand, expected query, title');
  });

  it('refuses outputs that there are not', async () => {
    const texts = { text: 'red drill' };
    for (const output of ['mayb', '3', '-1', ' ', '0.5']) {
      await expect(explainExample({ student: classes, texts, output })).rejects.toMatchObject({
        code: 'USAGE',
        message: `output: got ${output}, expected one of no, maybe, yes`,
      });
    }
    await expect(explainExample({ student: pair, texts: TEXTS, output: 'yes' })).rejects.toThrow(
      'output: got yes, expected one of 0 to 0',
    );
  });
});
