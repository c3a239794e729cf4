// The stages evaluate and predict on files: columns found, rows in order, teachers and their scores checked.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadRows } from '../../src/data/bad-rows.js';
import { openExamples } from '../../src/data/examples.js';
import { writeParquet } from '../../src/data/parquet-writer.js';
import { readTable } from '../../src/data/table.js';
import {
  createBm25Scorer,
  createMajorityScorer,
  fitBm25,
  fitMajority,
} from '../../src/evaluate/baselines.js';
import { evaluateModel } from '../../src/evaluate/evaluate.js';
import { measureLatency } from '../../src/evaluate/latency.js';
import { predict } from '../../src/evaluate/predict.js';
import { writeJsonAtomically } from '../../src/foundation/files.js';
import { fingerprintFile } from '../../src/foundation/fingerprint.js';
import { CLASS_SCORER, LETTER_SCORER } from './letter-scorer.js';

let folder: string;
let pairsFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-evaluate-'));
  pairsFile = join(folder, 'pairs.csv');
  // Letters shared: 3, 0 | 1, 2; logits 1, -2 | -1, 0; grades 3, 1 | 2, 2.67.
  await writeFile(
    pairsFile,
    'id,search_term,name,grade\n7,abc,"cab, x",3\n8,abc,x,1\n9,def,d,2\n10,def,de,2.67\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));

const COLUMNS = {
  fields: { title: 'name', query: 'search_term' },
  label: 'grade',
  labelRange: [1, 3] as [number, number],
};

describe('evaluateModel', () => {
  it('finds fields by name, groups by query and measures', async () => {
    const input = await openExamples([pairsFile], COLUMNS, { label: true });
    const result = await evaluateModel({ model: LETTER_SCORER, input, bootstrap: 20, seed: 5 });
    expect(result).toMatchObject({
      model: 'letters',
      rows: 4,
      groups: 2,
      positives: 2,
      bootstrap: 20,
      seed: 5,
    });
    expect(result.positive).toBeCloseTo(1 + 4 / 3, 12);
    // Positives: logits 1 and 0; negatives: -2 and -1. Lowest positive label .835, highest negative .5: decisions at
    // .6675 take logit 1 (probability .73) only.
    expect(result.threshold).toBeCloseTo(0.6675, 12);
    expect(result.gold['auc'].value).toBe(1);
    expect(result.gold['accuracy'].value).toBe(0.75);
    expect(result.gold['ndcg@10'].value).toBe(1);
    const lower = await evaluateModel({ model: LETTER_SCORER, input, positive: 2, bootstrap: 0 });
    // Positive from grade 2 on: decisions at .25 take all but logit -2 (probability .12).
    expect(lower).toMatchObject({ positives: 3, threshold: 0.25 });
    expect(lower.gold['accuracy'].value).toBe(1);
  });

  it('compares with a teacher, opened or from its scores', async () => {
    const input = await openExamples([pairsFile], COLUMNS, { label: true });
    const logits = [2, -1, -1, 1];
    const scoresFolder = join(folder, 'scores');
    await mkdir(scoresFolder, { recursive: true });
    const manifest = {
      format: 'bert2dnn-scores',
      version: 1,
      teacher: { fingerprint: 'f', path: 'p' },
      numOutputs: 2,
      numRows: 4,
      inputs: [{ path: pairsFile, fingerprint: await fingerprintFile(pairsFile), numRows: 4 }],
      shards: [
        { file: 'scores-00001-b.parquet', start: 3, numRows: 1, sha256: '' },
        { file: 'scores-00000-a.parquet', start: 0, numRows: 3, sha256: '' },
      ],
      seconds: 1,
    };
    await writeJsonAtomically(join(scoresFolder, 'manifest.json'), manifest);
    for (const { file, start, numRows } of manifest.shards) {
      const rows = logits.slice(start, start + numRows);
      await writeParquet(join(scoresFolder, file), [
        { name: 'row', type: 'BIGINT', values: rows.map((_, index) => start + index) },
        { name: 'logit_0', type: 'FLOAT', values: rows.map(() => 1) },
        { name: 'logit_1', type: 'FLOAT', values: rows.map((logit) => logit + 1) },
      ]);
    }
    const teacher = { ...LETTER_SCORER, name: 'teacher', kind: 'teacher' as const };
    teacher.logits = () => Float32Array.from(logits);
    const options = { model: LETTER_SCORER, input, bootstrap: 30 };
    const opened = await evaluateModel({ ...options, teacher });
    const stored = await evaluateModel({ ...options, teacher: scoresFolder });
    expect(opened.agreement!['accuracy'].value).toBe(1);
    expect(opened.retention!['auc'].value).toBe(1);
    expect({ ...stored, teacher: '' }).toEqual({ ...opened, teacher: '' });

    await writeJsonAtomically(join(scoresFolder, 'manifest.json'), {
      ...manifest,
      shards: manifest.shards.slice(1),
    });
    await expect(evaluateModel({ ...options, teacher: scoresFolder })).rejects.toMatchObject({
      code: 'SCORES_MISMATCH',
    });
    await writeJsonAtomically(join(scoresFolder, 'manifest.json'), {
      ...manifest,
      inputs: [{ path: 'other.csv', fingerprint: 'other', numRows: 4 }],
    });
    await expect(evaluateModel({ ...options, teacher: scoresFolder })).rejects.toThrow(
      'got scores of other.csv (4 rows), expected those of',
    );
    await writeJsonAtomically(join(scoresFolder, 'manifest.json'), { format: 'else' });
    await expect(evaluateModel({ ...options, teacher: scoresFolder })).rejects.toMatchObject({
      code: 'FILE_FORMAT',
    });
  });

  it('leaves rows without a label out', async () => {
    const path = join(folder, 'some.jsonl');
    await writeFile(
      path,
      '{"query":"abc","title":"abc","label":1}\n{"query":"abc","title":"x"}\n{"query":"q","title":"q","label":0}\n',
    );
    const input = await openExamples([path], { label: 'label' }, { label: 'where-present' });
    const result = await evaluateModel({ model: LETTER_SCORER, input, bootstrap: 0 });
    expect(result).toMatchObject({ rows: 2, groups: 2, positives: 1 });
    expect(result.gold['auc'].value).toBe(1);
    expect(result.notes).toContain('1 rows without a label left out');
  });

  it('measures classes in the order that the labels name', async () => {
    const path = join(folder, 'classes.csv');
    await writeFile(path, 'text,label\naa,a\nbab,b\ncc,a\n');
    const input = await openExamples([path], { classes: ['a', 'b', 'c'] }, { label: true });
    const result = await evaluateModel({ model: CLASS_SCORER, input, bootstrap: 0 });
    expect(result.gold['accuracy'].value).toBeCloseTo(2 / 3, 14);
    expect(result).not.toHaveProperty('positive');
    const other = await openExamples([path], { classes: ['b', 'a', 'c'] }, { label: true });
    await expect(evaluateModel({ model: CLASS_SCORER, input: other })).rejects.toThrow(
      'got the classes a, b, c, expected b, a, c',
    );
  });

  it('gives a model that states no fields whatever the rows have', async () => {
    const input = await openExamples([pairsFile], {
      ...COLUMNS,
      fields: { q: 'search_term', t: 'name' },
    });
    const model = { ...LETTER_SCORER, fields: ['text'], statesFields: false };
    const result = await evaluateModel({ model, input, bootstrap: 0 });
    expect(result.gold['auc'].value).toBe(1);
  });

  it('says which field is missing, and that there is nothing to compare with', async () => {
    const input = await openExamples([pairsFile], { fields: { text: 'name' } });
    await expect(evaluateModel({ model: LETTER_SCORER, input })).rejects.toMatchObject({
      code: 'COLUMN_MISSING',
      message: expect.stringContaining('neither a label column nor a teacher'),
    });
    const labelled = await openExamples([pairsFile], { ...COLUMNS, fields: { text: 'name' } });
    await expect(evaluateModel({ model: LETTER_SCORER, input: labelled })).rejects.toMatchObject({
      code: 'COLUMN_MISSING',
      message: expect.stringContaining('got the fields text, letters takes query, title'),
    });
  });
});

describe('predict', () => {
  it('adds score and logit behind the columns of the input', async () => {
    const input = await openExamples([pairsFile], { fields: COLUMNS.fields });
    const out = join(folder, 'out.csv');
    const result = await predict({ model: LETTER_SCORER, input, out });
    expect(result).toEqual({ rows: 4, numSkipped: 0, out, added: ['score', 'logit'] });
    const sigmoid1 = 1 / (1 + Math.exp(-1));
    expect((await readFile(out, 'utf8')).split('\n').slice(0, 2)).toEqual([
      'id,search_term,name,grade,score,logit',
      `7,abc,"cab, x",3,${sigmoid1},1`,
    ]);
    await expect(
      predict({ model: LETTER_SCORER, input: await openExamples([out], COLUMNS), out }),
    ).rejects.toThrow('already has a column "score"');
  });

  it('keeps numbers of Parquet as numbers and writes classes', async () => {
    const path = join(folder, 'texts.parquet');
    await writeParquet(path, [
      { name: 'text', type: 'VARCHAR', values: ['aab', 'c'] },
      { name: 'price', type: 'DOUBLE', values: [1.5, Number.NaN] },
    ]);
    const out = join(folder, 'texts-out.parquet');
    await predict({ model: CLASS_SCORER, input: await openExamples([path]), out });
    const numbers = ['price', 'score_a', 'score_b', 'score_c'];
    for await (const batch of readTable(out, { texts: ['text', 'class'], numbers })) {
      expect(batch.texts).toEqual([
        ['aab', 'c'],
        ['a', 'c'],
      ]);
      expect([...batch.numbers[0]]).toEqual([1.5, Number.NaN]);
      const sum = Math.exp(2) + Math.E + 1;
      expect(batch.numbers[1][0]).toBeCloseTo(Math.exp(2) / sum, 12);
      expect(batch.numbers[3][1]).toBeCloseTo(Math.E / (Math.E + 2), 12);
    }
  });

  it('keeps the members of JSON lines as they are', async () => {
    const path = join(folder, 'objects.jsonl');
    await writeFile(path, '{"id":7,"tags":["x"],"text":"aa"}\n\n{"text":"b","id":null}\n');
    const out = join(folder, 'objects-out.jsonl');
    await predict({ model: CLASS_SCORER, input: await openExamples([path]), out });
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ id: 7, tags: ['x'], text: 'aa', class: 'a' }),
      expect.objectContaining({ id: null, text: 'b', class: 'b' }),
    ]);
  });

  it.each([
    ['rows.tsv', 'out.tsv', 'text\tid\naa\t1\nb\nccc\t3\nbbbb\t4\n', 'aa|ccc'],
    [
      'rows.jsonl',
      'out.jsonl',
      '{"text":"aa"}\n{"text":["b"]}\nno\n{"text":"ccc","tags":[1]}\n{"text":"bbbb"}\n',
      'aa|ccc',
    ],
    [
      'rows.jsonl',
      'out.csv',
      '{"text":"aa"}\n{"text":["b"]}\n{"text":"bbbb"}\n{"text":""}\n',
      'aa|',
    ],
  ])('leaves bad rows of %s out of %s where it is told to', async (file, outFile, text, kept) => {
    const path = join(folder, `bad-${file}`);
    const out = join(folder, `bad-${outFile}`);
    await writeFile(path, text);
    const maxTextCharacters = 3;
    const needs = { badRows: new BadRows('skip'), maxTextCharacters };
    const input = await openExamples([path], { fields: { text: 'text' } }, needs);
    const numLines = text.trimEnd().split('\n').length - (file.endsWith('.tsv') ? 1 : 0);
    const texts = kept.split('|');
    const result = await predict({ model: CLASS_SCORER, input, out });
    expect(result).toMatchObject({ rows: texts.length, numSkipped: numLines - texts.length });
    const written: string[] = [];
    for await (const batch of readTable(out, { texts: ['text'] })) written.push(...batch.texts[0]);
    expect(written).toEqual(texts);
    await expect(
      openExamples([path], { fields: { text: 'text' } }, { maxTextCharacters }),
    ).rejects.toThrow(/:3|:2/);
  });

  it('refuses files of different columns', async () => {
    const first = join(folder, 'first.csv');
    const second = join(folder, 'second.csv');
    await writeFile(first, 'text\na\n');
    await writeFile(second, 'text,more\na,b\n');
    const input = await openExamples([first, second]);
    await expect(
      predict({ model: CLASS_SCORER, input, out: join(folder, 'no.csv') }),
    ).rejects.toThrow('("more" is in one of them only)');
  });
});

describe('the majority', () => {
  const logitOf = (labels: number[]) =>
    (createMajorityScorer(labels, { fields: ['text'] }).logits([['a']]) as Float32Array)[0];

  it('says the share of ones, the median grade, the share of each class', () => {
    expect(logitOf([0, 1, 1, 1])).toBeCloseTo(Math.log(3), 6);
    expect(logitOf([0.2, 0.2, 0.8, 1, 0.8])).toBeCloseTo(Math.log(0.8 / 0.2), 6);
    // No positive among two: half a row of two is a quarter.
    expect(logitOf([0, 0])).toBeCloseTo(Math.log(0.25 / 0.75), 6);
    const classes = createMajorityScorer([0, 2, 2, 1], {
      fields: ['text'],
      classes: ['a', 'b', 'c'],
    });
    const expected = [0.25, 0.25, 0.5].map((share) => Math.fround(Math.log(share)));
    expect([...(classes.logits([['a', 'b']]) as Float32Array)]).toEqual([...expected, ...expected]);
  });

  it('decides as most labels do, wherever the cut is, and has the AUC of chance', async () => {
    const input = await openExamples([pairsFile], COLUMNS, { label: true });
    const model = await fitMajority(input);
    for (const [positive, share] of [
      [2, 0.75],
      [2.1, 0.5],
      [3, 0.75],
    ]) {
      const result = await evaluateModel({ model, input, positive, bootstrap: 0 });
      expect(result.gold['accuracy'].value, `positive ${positive}`).toBe(share);
      expect(result.gold['auc'].value).toBe(0.5);
    }
  });
});

describe('BM25', () => {
  it('ranks the pairs of a set by their words, and gives no probability', async () => {
    const path = join(folder, 'bm25.csv');
    await writeFile(
      path,
      'title,query,brand,label\nred shoe,red shoe,acme,1\nblue shoe,red shoe,acme,0\nlamp,acme lamp,acme,1\nlamp,acme lamp,other,0\n',
    );
    const fields = { title: 'title', query: 'query', brand: 'brand' };
    const input = await openExamples([path], { fields }, { label: true });
    const model = await fitBm25(input);
    expect(model.fields).toEqual(['query', 'title', 'brand']);
    const result = await evaluateModel({ model, input, bootstrap: 10 });
    expect(result.gold['ndcg@10'].value).toBe(1);
    expect(result.gold).not.toHaveProperty('logLoss');
    expect(() => model.logits([['red'], ['never seen'], ['acme']])).toThrow(
      'expected a text of its collection',
    );
  });

  it('scores as the formula says', () => {
    // Two documents of one and three words, mean 2; "a" is in one of them.
    const model = createBm25Scorer(['b', 'a a b', 'b'], ['query', 'title']);
    const [score] = model.logits([['a'], ['a a b']]) as Float32Array;
    const idf = Math.log(1 + (2 - 1 + 0.5) / (1 + 0.5));
    expect(score).toBeCloseTo((idf * 2 * 2.2) / (2 + 1.2 * (0.25 + (0.75 * 3) / 2)), 5);
  });

  it('needs a query and a text', async () => {
    const path = join(folder, 'text.csv');
    await writeFile(path, 'text\na\n');
    await expect(openExamples([path]).then((set) => fitBm25(set))).rejects.toMatchObject({
      code: 'COLUMN_MISSING',
    });
  });
});

describe('measureLatency', () => {
  it('times calls of one and of many, on the rows in turn', async () => {
    const sizes: number[] = [];
    const seen = new Set<string>();
    const scorer = {
      logits: ([texts]: readonly (readonly string[])[]) => {
        sizes.push(texts.length);
        for (const text of texts) seen.add(text);
        return new Float32Array(texts.length);
      },
    };
    const latency = await measureLatency(scorer, [['a', 'b', 'c']], {
      numSingle: 20,
      numBatches: 10,
      batchSize: 8,
    });
    expect(latency.single.numCalls).toBe(20);
    expect(latency.batch).toMatchObject({ size: 8, numCalls: 10 });
    expect(sizes).toEqual([...new Array(3 + 20).fill(1), ...new Array(3 + 10).fill(8)]);
    expect([...seen].sort()).toEqual(['a', 'b', 'c']);
    expect(latency.single.p99Ms).toBeGreaterThanOrEqual(latency.single.p50Ms);
    expect(latency.batch.perSecond).toBeCloseTo(1000 / latency.batch.p50Ms, 6);
  });

  it('ends after its time with the least number of calls', async () => {
    const latency = await measureLatency({ logits: () => new Float32Array(1) }, [['a']], {
      maxSeconds: 0,
    });
    expect([latency.single.numCalls, latency.batch.numCalls]).toEqual([5, 5]);
  });
});
