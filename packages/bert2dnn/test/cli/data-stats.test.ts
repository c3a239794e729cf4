// `data stats` as a user types it, and its tables: readable within 100 columns for a hundred million rows too.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatStats } from '../../src/cli/data-stats-table.js';
import type { DataStats } from '../../src/data/stats/data-stats.js';
import { describeCounts } from '../../src/data/stats/distribution.js';
import { runCommand } from './command-line.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-stats-cli-'));
  const rows = [
    'red shoe\ta shoe\t3',
    'red shoe\tA  shoe\t1',
    'lamp\ta lamp\t3',
    'lamp\ta lamp\t3',
  ];
  await writeFile(join(folder, 'rows.tsv'), ['query\ttitle\tlabel', ...rows].join('\n'));
  await writeFile(join(folder, 'more.tsv'), 'query\ttitle\tlabel\nhat\ta hat\t2\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const RANGE = ['--label', 'label', '--label-range', '1:3', '--quiet'];

it('prints tables of the files that it is given', async () => {
  const args = ['data', 'stats', 'rows.tsv', 'more.tsv', ...RANGE];
  const { status, stdout, stderr } = await runCommand(folder, args);
  expect(status, stderr).toBe(0);
  expect(stdout).toContain('rows.tsv more.tsv: files; query, title; labels 1..3');
  // Two files, five rows, one repeated exactly, two up to case and white space, three queries.
  expect(stdout).toMatch(/^rows +2 +5 +1 +2 +3 +2 +2 +2$/m);
  expect(stdout).toMatch(/^3 +3 +60\.0%$/m);
  expect(stdout).toMatch(/^mean +2\.400$/m);
  expect(stdout).toMatch(/^rows\.query +0 +3 +3 +5\.4 +4 +8 +8 +8 +1\.4 +1 +2 +2$/m);
});

it('gives one object with --json', async () => {
  const args = ['data', 'stats', 'rows.tsv', '--json', '--language-rows', '2', ...RANGE];
  const { status, stdout, stderr } = await runCommand(folder, args);
  expect(status, stderr).toBe(0);
  const stats = JSON.parse(stdout) as DataStats;
  expect(stats.sample).toEqual({ languageRows: 2, seed: 1 });
  expect(stats.parts[0].labels?.grades).toEqual([
    { low: 1, high: 1, count: 1 },
    { low: 3, high: 3, count: 3 },
  ]);
  expect(stats.parts[0].fields[1].languages.texts).toBe(2);
});

it('ends with 2 for wrong usage and 1 for a missing folder', async () => {
  const none = await runCommand(folder, ['data', 'stats']);
  expect(none.status).toBe(2);
  const missing = await runCommand(folder, ['data', 'stats', 'row.tsv']);
  expect(missing.status).toBe(1);
  expect(missing.stderr).toContain('row.tsv: no such file or folder');
  expect(missing.stderr).toContain('hint: Did you mean rows.tsv?');
});

describe('the tables', () => {
  const many = describeCounts([
    [1, 90_000_000],
    [12_000, 9_999_999],
    [1_234_567, 1],
  ]);
  const long = describeCounts([
    [80, 60],
    [500, 39],
    [12_000, 1],
    [100_000, 0.5],
  ]);
  const languages = {
    texts: 2000,
    alone: { unsure: 1500, eng: 400, deu: 60, fra: 40 },
    joined: { eng: 90, deu: 6, fra: 3, spa: 1 },
    scripts: { Latin: 1900, Cyrillic: 60, Devanagari: 40 },
  };
  const bins = Array.from({ length: 10 }, (_, bin) => ({
    low: bin / 10,
    high: (bin + 1) / 10,
    count: 9_876_543,
  }));
  const part = (name: string) => ({
    name,
    files: 200,
    rows: 100_000_000,
    groups: many,
    labels: { rows: 100_000_000, bins, mean: 0.5, positiveShare: 1 },
    origins: [{ origin: 'a very long origin of rows indeed', rows: 1e8, labelled: 1e8 }],
    fields: ['query', 'a_very_long_field'].map((field) => ({
      field,
      empty: 9_999_999,
      characters: long,
      words: long,
      distinct: 1e8,
      distinctNormalized: 9_999_999,
      languages,
    })),
    duplicates: { exact: 1e8, normalized: 9_999_999 },
    figures: { count: many, clicks: many },
  });
  const stats: DataStats = {
    input: ['x'.repeat(200)],
    kind: 'prepared',
    fields: ['query', 'a_very_long_field'],
    task: { kind: 'graded', labelRange: [0, 1] },
    parts: ['train', 'dev', 'test', 'transfer', 'clicks'].map(part),
    leakage: [
      {
        part: 'transfer',
        heldOut: 'test',
        groups: 3,
        groupRows: 1e8,
        textRows: 1e8,
        nearGroups: 1,
        nearExamples: [{ group: 'g'.repeat(90), heldOut: 'h'.repeat(90), similarity: 0.9 }],
      },
    ],
    integrity: {
      files: 200,
      problems: [
        { file: 'train.parquet', what: 'sha256', got: 'a'.repeat(64), expected: 'b'.repeat(64) },
      ],
    },
    sample: { languageRows: 2000, seed: 1 },
  };

  it('fit into 100 columns', () => {
    const lines = formatStats(stats);
    expect(lines.length).toBeGreaterThan(60);
    for (const text of lines) expect([...text].length, text).toBeLessThanOrEqual(100);
  });

  it('say large counts in millions, and that files disagree', () => {
    const lines = formatStats(stats);
    expect(lines.find((text) => text.startsWith('train '))).toMatch(
      /^train +200 +100\.0M +100\.0M +9,999,999 +100\.0M/,
    );
    expect(lines.at(-1)).toBe(
      '  train.parquet: sha256: got aaaaaaaaaaaaaaaa, expected bbbbbbbbbbbbbbbb',
    );
  });

  it('list grades where all parts have few, clicks in tenths', () => {
    const grades = [{ low: 0.25, high: 0.25, count: 1e8 }];
    const parts = stats.parts.map((one) =>
      one.name === 'clicks' ? one : { ...one, labels: { ...one.labels!, grades } },
    );
    const lines = formatStats({ ...stats, parts });
    const head = lines.indexOf('Labels');
    expect(lines[head + 1]).toMatch(/^label +train +dev +test +transfer$/);
    expect(lines[head + 3]).toMatch(/^0\.25 +100\.0M 100\.0%/);
    expect(lines[lines.indexOf('Clicks a look (0..1)') + 3]).toMatch(/^0\.\.0\.1 +9\.9M {3}9\.9%$/);
  });
});
