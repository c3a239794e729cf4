// docs/format.md is enough to write a reader: docs/format/student_reader.py, which follows it in plain Python, computes
// the test vectors from their inputs, and the ids and logits of random examples of random students.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import {
  Featurizer,
  MATCH_FAMILIES,
  normalizeText,
  numFixedMatchRows,
  paperWords,
  type Student,
  splitWords,
  tokenizerOf,
} from '@bert2dnn/student';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportStudent } from '../../src/export/export-student.js';
import { sampleStudent } from '../export/sample-students.js';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const READER = pathOf('../../../../docs/format/student_reader.py');
const VECTORS = pathOf('../../../../docs/format/golden/vectors.json');
const python = process.env['BERT2DNN_PYTHON'] ?? 'python3';
/** Folder with real data, see CONTRIBUTING; without it one test is skipped. */
const shared = process.env['BERT2DNN_SHARED'];
const hasPython = spawnSync(python, ['--version']).status === 0;

interface DescribedExample {
  texts: readonly string[];
  ids: Record<string, number[]>;
  logits: number[];
}

interface Vectors {
  texts: unknown[];
  ngrams: unknown[];
  hashes: unknown[];
  pairs: unknown[];
  stems: unknown[];
  students: { file: string; examples: DescribedExample[] }[];
}

describe.skipIf(!hasPython)(
  `a reader in Python${hasPython ? '' : ` (skipped: no ${python})`}`,
  () => {
    it('computes the test vectors from their inputs', async () => {
      const expected = JSON.parse(await readFile(VECTORS, 'utf8')) as Vectors;
      const got = read(VECTORS);
      for (const name of ['texts', 'ngrams', 'hashes', 'pairs', 'stems'] as const) {
        expect(expected[name].length).toBeGreaterThan(5);
        expect(got[name]).toEqual(expected[name]);
      }
      expectEqualStudents(got, expected);
    });

    it('makes the same ids and logits of random examples', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'student-reader-'));
      try {
        const students: Vectors['students'] = [];
        for (const [index, student] of randomStudents().entries()) {
          const file = `student-${index}.b2d`;
          await exportStudent({ student, format: 'b2d', out: join(folder, file) });
          students.push({ file, examples: describeExamples(student, index) });
        }
        const matchRows = students.flatMap(({ examples }) =>
          examples.flatMap(({ ids }) => ids['query-in-title'] ?? []),
        );
        const numFixed = numFixedMatchRows({ families: [...MATCH_FAMILIES] });
        const reached = new Set(matchRows.filter((row) => row < numFixed));
        // Not all: many exclude each other, such as a number that is found as a prefix.
        expect(reached.size).toBeGreaterThan(500);
        const empty = { texts: [], ngrams: [], hashes: [], pairs: [], stems: [] };
        const path = join(folder, 'vectors.json');
        await writeFile(path, JSON.stringify({ ...empty, students }));
        expectEqualStudents(read(path), { ...empty, students });
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    const dataNote = shared === undefined ? ' (BERT2DNN_SHARED is not set)' : '';
    it.skipIf(shared === undefined)(
      `splits real texts into the same words${dataNote}`,
      async () => {
        const folder = await mkdtemp(join(tmpdir(), 'student-reader-'));
        try {
          const texts = (await readRealTexts()).map(describeText);
          expect(texts.length).toBeGreaterThan(20_000);
          const path = join(folder, 'vectors.json');
          const empty = { ngrams: [], hashes: [], pairs: [], stems: [], students: [] };
          await writeFile(path, JSON.stringify({ ...empty, texts }));
          expect(read(path).texts).toEqual(texts);
        } finally {
          await rm(folder, { recursive: true });
        }
      },
    );
  },
);

function read(path: string): Vectors {
  const limits = { encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
  const { status, stdout, stderr } = spawnSync(python, [READER, path], limits);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Vectors;
}

/** Queries and titles of two shops and of catalogues, every few rows, but those in scripts without spaces. */
async function readRealTexts(): Promise<string[]> {
  const texts: string[] = [];
  for (const { name, columns, step } of [
    { name: 'homedepot', columns: [0, 1], step: 7 },
    { name: 'crowdflower', columns: [0, 1], step: 3 },
    { name: 'catalogue', columns: [1], step: 9 },
  ]) {
    const bytes = gunzipSync(await readFile(join(shared!, `data/search/${name}.tsv.gz`)));
    const rows = bytes.toString('utf8').trimEnd().split('\n').slice(1);
    for (let row = 0; row < rows.length; row += step) {
      const cells = rows[row].split('\t');
      texts.push(...columns.map((column) => cells[column]));
    }
  }
  return texts.filter((text) => !SPACELESS.test(normalizeText(text)));
}

const SPACELESS =
  /[\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]/u;

function describeText(text: string) {
  return {
    text,
    normalized: normalizeText(text),
    words: splitWords(text),
    quantities: tokenizerOf(QUANTITIES).splitWords(text),
    paper: paperWords(text),
  };
}

const QUANTITIES = { tokenizer: 'default', ngrams: 1, quantities: true } as const;

function expectEqualStudents(got: Vectors, expected: Vectors): void {
  expect(got.students.map(({ file }) => file)).toEqual(expected.students.map(({ file }) => file));
  expected.students.forEach(({ examples }, index) => {
    examples.forEach(({ texts, ids, logits }, row) => {
      const other = got.students[index].examples[row];
      expect({ texts: other.texts, ids: sortIds(other.ids) }).toEqual({ texts, ids: sortIds(ids) });
      expect(other.logits).toHaveLength(logits.length);
      const errors = logits.map((logit, output) => Math.abs(logit - other.logits[output]));
      expect(Math.max(...errors)).toBeLessThan(1e-5 * Math.max(1, ...logits.map(Math.abs)));
    });
  });
}

function sortIds(ids: Record<string, number[]>): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(ids).map(([name, list]) => [name, [...list].sort((a, b) => a - b)]),
  );
}

/** Words that reach the features: with stems, units, misspellings; those of the vocabulary's far end too. */
const WORDS = [
  ...['drill', 'drills', 'driling', 'drlil', 'cordless', 'cordles', 'cord', 'less', 'for', 'with'],
  ...['battery', 'batteries', 'kit', 'part', 'parts', 'without', 'no', 'red', 'hammock', 'hamock'],
  ...['12', '12v', '18-volt', '3/4in', '0.75', '2', 'x', '4', 'in', 'ft', '1-1/2', '20a', '½', '٣'],
  ...["men's", 'dcd771c2', 'dcd771', 'Crème', 'Straße', '🔧', '™', '𐐀’b', "o'neil", '&', 'door'],
  ...[
    'bell',
    'doorbell',
    'the',
    'of',
    'by',
    'w',
    '(pack of 3)',
    '5"',
    "6'",
    '1,000',
    '.5',
    '10.50',
  ],
  ...['n3', 'n15', 'n40', 'n90', 'n300', 'n900', 'n2000', 'n4300', 'bd', 'a', 'paper', 'papery'],
  ...['adjustable', 'adjustble', 'compatible', 'garage', 'garaje', 'fits', 'cover', 'accessories'],
  ...['refill', 'adapters', 'non', 'not', 'less', 'replacement', 'brushes', 'brush', 'abcdefgh'],
];

/** A query and a title that has some of its words, in order or not, or all of them and no more. */
const wordPairs = fc.array(fc.constantFrom(...WORDS), { maxLength: 8 }).chain((query) => {
  const word = fc.constantFrom(...WORDS, ...query, ...query);
  const loose = fc.array(word, { maxLength: 24 });
  const around = fc
    .tuple(fc.array(word, { maxLength: 3 }), fc.array(word, { maxLength: 9 }))
    .map(([before, behind]) => [...before, ...query, ...behind]);
  return fc.tuple(fc.constant(query), fc.oneof(loose, around, fc.shuffledSubarray(query)));
});

const FIELDS = ['query', 'title'];

/** A vocabulary so long that words of every importance are in it, and students that read it. */
function randomStudents(): Student[] {
  const many = Array.from({ length: 4500 }, (_, index) => `n${index}`);
  // Far apart, so that words and their starts have ranks of every ratio.
  const corpus = ['n3 red drill', WORDS.join(' '), 'hammock', ...many.slice(0, 900), ...WORDS];
  corpus.push(many.slice(900).join(' '), 'n2000', '2 x 4 in', 'hammock for red drill');
  const options = { fields: FIELDS, corpus, embeddingSize: 2 };
  return [
    sampleStudent({ ...options, preset: 'pair', characterSize: 50 }),
    sampleStudent({ ...options, preset: 'pair', quantities: false, ngrams: 3, shareTables: true }),
    sampleStudent({ ...options, preset: 'tower' }),
    sampleStudent({ ...options, preset: 'paper' }),
  ];
}

function describeExamples(student: Student, seed: number): DescribedExample[] {
  const { definition, vocabularies } = student;
  const pairs = fc.sample(wordPairs, { seed: 5 + seed, numRuns: 800 });
  const featurizer = new Featurizer(definition, vocabularies);
  return pairs.map((words) => {
    const texts = words.map((each) => each.join(' '));
    const buffer = featurizer.createBuffer();
    featurizer.featurize(texts, buffer);
    const ids = Object.fromEntries(
      definition.blocks.map(({ name }, index) => {
        const bag = buffer.blocks[index];
        return [name, [...bag.ids.subarray(0, bag.numIds)]];
      }),
    );
    return { texts, ids, logits: [...student.logits([texts])] };
  });
}
