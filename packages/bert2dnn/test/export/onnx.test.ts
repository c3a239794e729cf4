import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantizeStudent, type Student } from '@bert2dnn/student';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportStudent } from '../../src/export/export-student.js';
import { studentToOnnx } from '../../src/export/onnx.js';
import { ONNX_INPUTS, type OnnxInput } from '../../src/export/onnx-inputs.js';
import { idFeeds, largestError, openOnnx, textFeeds, wordFeeds } from './onnx-run.js';
import { type SampleOptions, sampleStudent, sampleTexts } from './sample-students.js';

const TOLERANCE = 1e-5;
const PAIR = ['query', 'title'];
const FEEDS = { ids: idFeeds, words: wordFeeds, text: textFeeds };

/** Every preset and every member of a definition that changes the graph. */
const STUDENTS: Record<string, SampleOptions> = {
  paper: { preset: 'paper', fields: ['text'] },
  'paper, three-word n-grams of two fields': { preset: 'paper', fields: PAIR, ngrams: 3 },
  'paper, single words': { preset: 'paper', fields: PAIR, ngrams: 1 },
  bag: { preset: 'bag', fields: PAIR },
  'bag of classes': { preset: 'bag', fields: ['text'], numOutputs: 3, quantities: true },
  'bag, mean': { preset: 'bag', fields: ['text'], members: { combiner: 'mean' } },
  'bag, sum, without layers': {
    preset: 'bag',
    fields: ['text'],
    ngrams: 3,
    members: { combiner: 'sum', hiddenLayers: [] },
  },
  pair: { preset: 'pair', fields: PAIR },
  'pair with characters': {
    preset: 'pair',
    fields: [...PAIR, 'brand'],
    characterSize: 50,
    shareTables: true,
  },
  tower: { preset: 'tower', fields: PAIR },
  'tower without layers, of tables of its own': {
    preset: 'tower',
    fields: [...PAIR, 'brand'],
    shareTables: false,
    hiddenLayers: [],
  },
};

async function expectAgreement(
  student: Student,
  input: OnnxInput,
  // ONNX Runtime's StringNormalizer refuses an empty batch.
  minLength = input === 'text' ? 1 : 0,
): Promise<void> {
  const session = await openOnnx(studentToOnnx(student, input));
  const numFields = student.definition.fields.length;
  const row = fc.tuple(...new Array<typeof sampleTexts>(numFields).fill(sampleTexts));
  const examples = fc.array(row, { minLength, maxLength: 7 });
  let numSeen = 0;
  await fc.assert(
    fc.asyncProperty(examples, async (rows) => {
      const feeds = FEEDS[input](student, rows);
      numSeen += rows.length;
      expect(await largestError(session, feeds, { student, examples: rows })).toBeLessThan(
        TOLERANCE,
      );
    }),
    { seed: 1, numRuns: 60 },
  );
  expect(numSeen).toBeGreaterThan(100);
}

describe('a student as ONNX, given ids', () => {
  it.each(Object.entries(STUDENTS))('%s', async (_, options) => {
    await expectAgreement(sampleStudent(options), 'ids');
  });

  it('does not mind how bags lie in a long batch', async () => {
    const student = sampleStudent(STUDENTS['pair']);
    const session = await openOnnx(studentToOnnx(student));
    const texts = fc.sample(fc.tuple(sampleTexts, sampleTexts), { seed: 2, numRuns: 700 });
    const feeds = idFeeds(student, texts);
    expect(await largestError(session, feeds, { student, examples: texts })).toBeLessThan(
      TOLERANCE,
    );
  });

  it('refuses an id that the table does not have', async () => {
    const student = sampleStudent(STUDENTS['bag']);
    const session = await openOnnx(studentToOnnx(student));
    const feeds = idFeeds(student, [['red drill', 'saw']]);
    (feeds['ids_bag'].data as BigInt64Array)[0] = BigInt(student.definition.blocks[0].size);
    await expect(session.run(feeds)).rejects.toThrow(/out of/);
  });
});

describe('a student as ONNX, given texts', () => {
  const papers = Object.entries(STUDENTS).filter(([, { preset }]) => preset === 'paper');
  it.each(papers)('%s', async (_, options) => {
    await expectAgreement(sampleStudent(options), 'text');
  });

  it('reads capitals A to Z only; others are lower-cased by the caller', async () => {
    const student = sampleStudent(STUDENTS['paper']);
    const session = await openOnnx(studentToOnnx(student, 'text'));
    const examples = [['RED élan DRILL']];
    const feeds = textFeeds(student, examples);
    expect(await largestError(session, feeds, { student, examples })).toBeLessThan(TOLERANCE);
    const capital = textFeeds(student, [['RED ÉLAN DRILL']]);
    expect(await largestError(session, capital, { student, examples })).toBeGreaterThan(0.01);
  });
});

describe('a student as ONNX, given words', () => {
  const listed = Object.entries(STUDENTS).filter(
    ([, { preset }]) => preset === 'bag' || preset === 'tower',
  );
  it.each(listed)('%s', async (_, options) => {
    await expectAgreement(sampleStudent(options), 'words');
  });

  it('holds a shared vocabulary once', () => {
    const options = { ...STUDENTS['tower'], ngrams: 2 };
    const text = Buffer.from(studentToOnnx(sampleStudent(options), 'words')).toString('latin1');
    expect(text.match(/cordless drill/g)).toHaveLength(1);
    const apart = sampleStudent({ ...options, shareTables: false });
    const two = Buffer.from(studentToOnnx(apart, 'words')).toString('latin1');
    expect(two.match(/cordless drill/g)).toHaveLength(2);
  });
});

describe('numbers as they are stored', () => {
  it.each(['float16', 'int8'] as const)('%s', async (precision) => {
    for (const [name, input] of [
      ['pair', 'ids'],
      ['tower', 'words'],
      ['paper', 'text'],
    ] as const) {
      const student = sampleStudent({ ...STUDENTS[name], embeddingSize: 32 });
      const stored = quantizeStudent(student, precision);
      await expectAgreement(stored, input);
      const shrunk = studentToOnnx(stored, input).length / studentToOnnx(student, input).length;
      if (name === 'pair') expect(shrunk).toBeLessThan(precision === 'int8' ? 0.45 : 0.6);
    }
  });
});

describe('outputs', () => {
  it('gives the calibrated score of one output', async () => {
    const student = sampleStudent(STUDENTS['pair']);
    const session = await openOnnx(studentToOnnx(student));
    const examples = [
      ['red drill', 'Cordless drill 12v'],
      ['saw', ''],
    ];
    const { logit, score } = await session.run(idFeeds(student, examples));
    expect(logit.dims).toEqual([2, 1]);
    expect(score.dims).toEqual([2]);
    const expected = student.scoreMany(examples).map((each) => each.score);
    expected.forEach((each, row) => {
      expect((score.data as Float32Array)[row]).toBeCloseTo(each, 5);
    });
  });

  it('gives the probabilities of classes', async () => {
    const student = sampleStudent(STUDENTS['bag of classes']);
    const session = await openOnnx(studentToOnnx(student));
    const examples = [['red drill 12v'], ['saw']];
    const { probabilities } = await session.run(idFeeds(student, examples));
    expect(probabilities.dims).toEqual([2, 3]);
    const expected = student.scoreMany(examples).flatMap((each) => each.probabilities!);
    expected.forEach((each, index) => {
      expect((probabilities.data as Float32Array)[index]).toBeCloseTo(each, 5);
    });
  });

  it('gives the vectors of towers', async () => {
    const student = sampleStudent(STUDENTS['tower']);
    const session = await openOnnx(studentToOnnx(student, 'words'));
    const { vector_title } = await session.run(wordFeeds(student, [['', 'Red drill']]));
    const expected = student.embed('title', 'Red drill');
    expect(vector_title.dims).toEqual([1, expected.length]);
    expected.forEach((each, index) => {
      expect((vector_title.data as Float32Array)[index]).toBeCloseTo(each, 5);
    });
  });
});

describe('the file', () => {
  it('declares its inputs and outputs', async () => {
    const session = await openOnnx(studentToOnnx(sampleStudent(STUDENTS['tower'])));
    expect(session.inputMetadata.map(describeValue)).toEqual([
      'ids_query int64 num_ids_query',
      'offsets_query int64 num_offsets',
      'ids_title int64 num_ids_title',
      'offsets_title int64 num_offsets',
    ]);
    expect(session.outputMetadata.map(describeValue)).toEqual([
      'logit float32 batch,1',
      'score float32 batch',
      'vector_query float32 batch,6',
      'vector_title float32 batch,6',
    ]);
  });

  it('is the same for the same student, has standard operators only and the definition in it', () => {
    for (const input of ['ids', 'words'] as const) {
      const student = sampleStudent(STUDENTS['tower']);
      const bytes = Buffer.from(studentToOnnx(student, input));
      expect(bytes.equals(studentToOnnx(sampleStudent(STUDENTS['tower']), input))).toBe(true);
      expect(bytes.includes('com.microsoft')).toBe(false);
      expect(bytes.includes(JSON.stringify(student.definition))).toBe(true);
    }
  });

  it.each([
    ['pair', 'text', /block query-x-title has hashed features/],
    ['pair', 'words', /block query-x-title has hashed features/],
    ['bag', 'text', /tokenizer default/],
    ['paper', 'words', /tokenizer paper has empty words/],
  ] as const)('of %s is refused for %s', (name, input, message) => {
    expect(ONNX_INPUTS).toContain(input);
    const student = sampleStudent(STUDENTS[name]);
    expect(() => studentToOnnx(student, input)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringMatching(message),
        hint: expect.stringContaining('--onnx-input'),
      }),
    );
  });
});

describe('export --format onnx', () => {
  it('writes one file, and tells what was asked for in vain', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onnx-export-'));
    try {
      const student = sampleStudent(STUDENTS['paper']);
      const out = join(folder, 'model.onnx');
      const result = await exportStudent({ student, format: 'onnx', onnxInput: 'text', out });
      const bytes = await readFile(out);
      expect(bytes.equals(studentToOnnx(student, 'text'))).toBe(true);
      expect(result.files).toEqual([{ path: out, sizeBytes: bytes.length }]);
      await exportStudent({ student, format: 'onnx', out });
      expect((await readFile(out)).equals(studentToOnnx(student, 'ids'))).toBe(true);
      const wrong = { student, format: 'b2d', onnxInput: 'text', out: `${out}.b2d` } as const;
      await expect(exportStudent(wrong)).rejects.toMatchObject({ code: 'USAGE' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function describeValue(value: { name: string; isTensor: boolean; type?: string; shape?: unknown }) {
  return `${value.name} ${value.type} ${value.shape}`;
}
