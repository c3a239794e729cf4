// Stacking: averages, temperatures and soft labels on disk, and every way in which folders may not fit.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openExamples, readTable, writeParquet } from '../../src/data/index.js';
import { fingerprintFile } from '../../src/foundation/fingerprint.js';
import {
  calibrationTemperature,
  openLabelFolder,
  readSoftLabels,
} from '../../src/labels/label-folder.js';
import { stackScores } from '../../src/labels/stack.js';
import { makeTestFolder, writeScores, writeTsv } from './score-fixture.js';

const folder = await makeTestFolder();
let numFolders = 0;
const newFolder = () => join(folder, `folder-${numFolders++}`);

const first = await writeTsv(
  join(folder, 'first.tsv'),
  ['text', 'label'],
  [
    ['good film', 1],
    ['bad film', 0],
    ['fine film', 1],
    ['poor film', 0],
  ],
);
const second = await writeTsv(
  join(folder, 'second.tsv'),
  ['text', 'label'],
  [
    ['a film', 1],
    ['the film', 1],
  ],
);
const inputs = [
  { path: first, numRows: 4 },
  { path: second, numRows: 2 },
];
const margins = [4, -2, 1, -1, 0, 3];
const scoresOf = async (logits: number[][], teacher = 'a', files = inputs) =>
  writeScores(newFolder(), { inputs: files, logits, teacher });
const oneTeacher = await scoresOf(margins.map((margin) => [margin]));
const twoLogits = await scoresOf(
  margins.map((margin) => [0.5, 0.5 - margin]),
  'b',
);

const codeOf = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

async function readLabels(out: string, columns: string[]): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const batch of readTable(join(out, 'labels-*.parquet'), { numbers: columns })) {
    for (let row = 0; row < batch.numRows; row++) {
      rows.push(batch.numbers.map((values) => values[row]));
    }
  }
  return rows;
}

describe('stackScores', () => {
  it('softens one teacher by T', async () => {
    const out = newFolder();
    const result = await stackScores({ scores: [oneTeacher], temperature: 2, out });
    const rows = await readLabels(out, ['row', 'margin', 'label']);
    expect(rows.map(([row, margin]) => [row, margin])).toEqual(margins.map((m, row) => [row, m]));
    rows.forEach(([, margin, label]) => {
      expect(label).toBeCloseTo(1 / (1 + Math.exp(-margin / 2)), 15);
    });
    expect(result).toMatchObject({ numRows: 6, numTeachers: 1, numOutputs: 1, temperature: 2 });
    const mean = rows.reduce((sum, [, , label]) => sum + label, 0) / 6;
    expect(result.meanLabel).toBeCloseTo(mean, 12);
  });

  it('averages margins of teachers with one and with two logits', async () => {
    const out = newFolder();
    // The second teacher's margins are the negated ones of the first: l1 - l0 = -margin.
    await stackScores({ scores: [oneTeacher, twoLogits, oneTeacher], out });
    const rows = await readLabels(out, ['margin']);
    for (let row = 0; row < rows.length; row++) {
      expect(rows[row][0]).toBeCloseTo(margins[row] / 3, 6);
    }
  });

  it('writes the same bytes for the same scores', async () => {
    const outs = [newFolder(), newFolder()];
    for (const out of outs) await stackScores({ scores: [oneTeacher], out });
    const [left, right] = await Promise.all(
      outs.map(async (out) => [
        await readFile(join(out, 'labels-00000.parquet')),
        await readFile(join(out, 'manifest.json')),
      ]),
    );
    expect(left).toEqual(right);
  });

  it('fits T on the labelled part, also where that is not the first file', async () => {
    const labelled = await writeTsv(
      join(folder, 'labelled.tsv'),
      ['text', 'label'],
      [...Array.from({ length: 8 }, (_, index) => [`x ${index}`, 1]), ['y', 0], ['z', 0]],
    );
    const files = [
      { path: second, numRows: 2 },
      { path: labelled, numRows: 10 },
    ];
    const logits = [[9], [-9], ...Array.from({ length: 10 }, () => [6])];
    const out = newFolder();
    const scores = [await scoresOf(logits, 'a', files)];
    const result = await stackScores({ scores, labelled, temperature: 'auto', out });
    // Eight of ten positives at margin 6: sigmoid(6 / T) = 0.8, so T = 6 / ln 4.
    expect(result.temperature).toBeCloseTo(6 / Math.log(4), 5);
    const { manifest } = await openLabelFolder(out);
    expect(calibrationTemperature(manifest)).toBeCloseTo(1, 12);
    const fixed = newFolder();
    await stackScores({ scores, labelled, temperature: 3, out: fixed });
    const opened = await openLabelFolder(fixed);
    expect(calibrationTemperature(opened.manifest)).toBeCloseTo((3 * Math.log(4)) / 6, 5);
  });

  it('writes one column a class for more than two', async () => {
    const logits = margins.map((margin) => [margin, 0, 1]);
    const out = newFolder();
    await stackScores({ scores: [await scoresOf(logits)], temperature: 2, out });
    const rows = await readLabels(out, ['label_0', 'label_1', 'label_2']);
    rows.forEach((labels, row) => {
      const powers = logits[row].map((logit) => Math.exp(logit / 2));
      const sum = powers[0] + powers[1] + powers[2];
      for (let c = 0; c < 3; c++) expect(labels[c]).toBeCloseTo(powers[c] / sum, 14);
    });
  });

  it('leaves no shard of an earlier run behind', async () => {
    const out = newFolder();
    await stackScores({ scores: [oneTeacher], out });
    await writeFile(join(out, 'labels-00007.parquet'), 'old');
    await stackScores({ scores: [oneTeacher], out });
    expect((await readdir(out)).sort()).toEqual(['labels-00000.parquet', 'manifest.json']);
  });
});

describe('what stackScores refuses', () => {
  const stack = (options: Partial<Parameters<typeof stackScores>[0]>) =>
    stackScores({ scores: [oneTeacher], out: newFolder(), ...options });

  it('options', async () => {
    await expect(stack({ scores: [] })).rejects.toThrow(codeOf('USAGE', /no scores/));
    await expect(stack({ temperature: 0 })).rejects.toThrow(codeOf('USAGE', /must be > 0, got 0/));
    await expect(stack({ temperature: 'auto' })).rejects.toThrow(codeOf('USAGE', /labelled/));
  });

  it('teachers of other inputs, or of another task', async () => {
    const other = await scoresOf([[1], [2]], 'c', [{ path: second, numRows: 2 }]);
    const run = stack({ scores: [oneTeacher, other] });
    await expect(run).rejects.toThrow(codeOf('SCORES_MISMATCH', /scored other inputs/));
    const classes = await scoresOf(margins.map(() => [1, 2, 3]));
    const mixed = stack({ scores: [oneTeacher, classes] });
    await expect(mixed).rejects.toThrow(codeOf('SCORES_MISMATCH', /3 logits a row/));
  });

  it('a labelled file that was not scored, and one-sided labels', async () => {
    const other = await writeTsv(join(folder, 'other.tsv'), ['text', 'label'], [['new', 1]]);
    const run = stack({ labelled: other, temperature: 'auto' });
    await expect(run).rejects.toThrow(codeOf('SCORES_MISMATCH', /none of the files/));
    const oneSided = stack({ labelled: second, temperature: 'auto' });
    await expect(oneSided).rejects.toThrow(codeOf('LABELS_ONE_SIDED', /all 2 labels are 1/));
  });

  it('a folder that is something else, or incomplete', async () => {
    await expect(stack({ scores: [folder] })).rejects.toThrow(codeOf('FILE_MISSING', /manifest/));
    const labels = newFolder();
    await stackScores({ scores: [oneTeacher], out: labels });
    await expect(stack({ scores: [labels] })).rejects.toThrow(codeOf('FILE_FORMAT', /bert2dnn-la/));
    const broken = await scoresOf(margins.map((margin) => [margin]));
    await rm(join(broken, 'scores-00001-0.parquet'));
    await expect(stack({ scores: [broken] })).rejects.toThrow(codeOf('FILE_MISSING', /00001/));
    const short = await scoresOf(margins.map((margin) => [margin]));
    const path = join(short, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    manifest.shards.pop();
    await writeFile(path, JSON.stringify(manifest));
    await expect(stack({ scores: [short] })).rejects.toThrow(codeOf('SCORES_MISMATCH', /row 3/));
  });

  it('logits that are no numbers and rows out of order', async () => {
    const notFinite = await scoresOf([...margins.slice(0, 5), Number.NaN].map((m) => [m]));
    await expect(stack({ scores: [notFinite] })).rejects.toThrow(
      codeOf('NOT_FINITE', /row 5: logit_0/),
    );
    const shuffled = await scoresOf(margins.map((margin) => [margin]));
    await writeParquet(join(shuffled, 'scores-00001-0.parquet'), [
      { name: 'row', type: 'BIGINT', values: [3, 5, 4] },
      { name: 'logit_0', type: 'FLOAT', values: [0, 0, 0] },
    ]);
    await expect(stack({ scores: [shuffled] })).rejects.toThrow(
      codeOf('SCORES_MISMATCH', /got row 5, expected row 4/),
    );
  });
});

describe('readSoftLabels', () => {
  const out = newFolder();
  const opened = async () => {
    await stackScores({ scores: [oneTeacher], temperature: 2, out });
    return openLabelFolder(out);
  };

  it('finds the labels of a part of the inputs, in any order', async () => {
    const labels = await opened();
    const set = await openExamples([second, first], {});
    const soft = await readSoftLabels(labels, set);
    const expected = [0, 3, 4, -2, 1, -1].map((margin) => margin / 2);
    expect([...soft.targetLogits!]).toEqual(expected);
    expected.forEach((logit, row) => {
      expect(soft.labels[row]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 7);
    });
    const part = await readSoftLabels(labels, await openExamples([second], {}));
    expect([...part.targetLogits!]).toEqual([0, 1.5]);
  });

  it('refuses examples that were not scored', async () => {
    const other = await writeTsv(join(folder, 'unscored.tsv'), ['text'], [['new']]);
    const run = readSoftLabels(await opened(), await openExamples([other], {}));
    await expect(run).rejects.toThrow(codeOf('SCORES_MISMATCH', /no labels for .*unscored/));
  });

  it('refuses a changed or vanished shard and labels outside 0..1', async () => {
    const labels = await opened();
    const set = await openExamples([first], {});
    const file = join(out, 'labels-00000.parquet');
    await writeParquet(file, [
      { name: 'row', type: 'BIGINT', values: [0, 1, 2, 3] },
      { name: 'margin', type: 'DOUBLE', values: [0, 0, 0, 0] },
      { name: 'label', type: 'DOUBLE', values: [0, 1, 1.5, 0] },
    ]);
    await expect(readSoftLabels(labels, set)).rejects.toThrow(codeOf('FILE_CORRUPT', /fingerpr/));
    labels.manifest.shards[0].fingerprint = await fingerprintFile(file);
    await expect(readSoftLabels(labels, set)).rejects.toThrow(
      codeOf('LABEL_INVALID', /row 2: soft label must be 0\.\.1, got 1\.5/),
    );
    await rm(file);
    await expect(readSoftLabels(labels, set)).rejects.toThrow(codeOf('FILE_MISSING', /gone/));
  });
});

describe('rows that a teacher failed on', () => {
  const failedOf = async (logits: number[][], teacher = 'a', files = inputs) => {
    const numFailedRows = logits.filter((row) => row.some(Number.isNaN)).length;
    return writeScores(newFolder(), { inputs: files, logits, teacher, numFailedRows });
  };
  const gap = margins.map((margin, row) => [row === 1 || row === 4 ? Number.NaN : margin]);

  it('are refused unless they are to be dropped', async () => {
    const scores = [await failedOf(gap)];
    await expect(stackScores({ scores, out: newFolder() })).rejects.toEqual(
      codeOf('SCORES_MISMATCH', /2 rows have no logits/),
    );
    await expect(stackScores({ scores, out: newFolder() })).rejects.toMatchObject({
      hint: expect.stringContaining('--failed-rows drop'),
    });
  });

  it('get no label when dropped, with any teacher that failed; the others are as before', async () => {
    const out = newFolder();
    const other = margins.map((margin, row) => [0, row === 0 ? Number.NaN : margin]);
    const scores = [await failedOf(gap), await failedOf(other, 'b')];
    const result = await stackScores({ scores, out, failedRows: 'drop' });
    expect([result.numRows, result.numUnlabelled]).toEqual([6, 3]);
    const whole = newFolder();
    await stackScores({ scores: [oneTeacher], out: whole });
    const expected = await readLabels(whole, ['row', 'margin', 'label']);
    const got = await readLabels(out, ['row', 'margin', 'label']);
    expect(got.map(([, , label]) => Number.isNaN(label))).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
    for (const row of [2, 3, 5]) expect(got[row]).toEqual(expected[row]);
    const kept = [2, 3, 5].map((row) => expected[row][2]);
    expect(result.meanLabel).toBeCloseTo(kept.reduce((sum, label) => sum + label, 0) / 3, 12);
    const labels = await openLabelFolder(out);
    expect(labels.manifest.numUnlabelled).toBe(3);
    const soft = await readSoftLabels(labels, await openExamples([first, second]));
    expect([...soft.labels].map(Number.isNaN)).toEqual([true, true, false, false, true, false]);
  });

  it('have no say in a fitted temperature', async () => {
    const logits = [[4], [1], [1], [-1]];
    const fit = async (rows: number[][], labelled: string, numRows: number) => {
      const scores = [await failedOf(rows, 'a', [{ path: labelled, numRows }])];
      const options = { scores, labelled, temperature: 'auto' as const, out: newFolder() };
      return (await stackScores({ ...options, failedRows: 'drop' })).fittedTemperature;
    };
    const shorter = await writeTsv(
      join(folder, 'shorter.tsv'),
      ['text', 'label'],
      [
        ['good film', 1],
        ['fine film', 0],
        ['poor film', 0],
      ],
    );
    const longer = await writeTsv(
      join(folder, 'longer.tsv'),
      ['text', 'label'],
      [
        ['good film', 1],
        ['bad film', 1],
        ['fine film', 0],
        ['poor film', 0],
      ],
    );
    const failed = logits.map((row, index) => (index === 1 ? [Number.NaN] : row));
    expect(await fit(failed, longer, 4)).toBe(
      await fit(
        logits.filter((_, index) => index !== 1),
        shorter,
        3,
      ),
    );
  });

  it('that are all of them make no labels', async () => {
    const scores = [await failedOf(margins.map(() => [Number.NaN]))];
    const run = stackScores({ scores, out: newFolder(), failedRows: 'drop' });
    await expect(run).rejects.toEqual(codeOf('SCORES_MISMATCH', /none of 6 rows has logits/));
  });
});
