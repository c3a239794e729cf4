// Model folders opened as scorers: a student scores as it does by itself, and what is no model is refused.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cast, emitOnnx, Graph, reduceSum, reshape } from '@bert2dnn/autodiff';
import {
  createStudent,
  initializeParameters,
  type Student,
  type StudentDefinition,
  serializeStudent,
} from '@bert2dnn/student';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openScorer } from '../../src/evaluate/open-scorer.js';
import { scoreTexts } from '../../src/evaluate/scorer.js';
import { createRandom } from '../../src/foundation/random.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-scorer-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** An untrained student of two fields, with `numOutputs` outputs. */
function makeStudent(numOutputs: number): Student {
  const definition: StudentDefinition = {
    format: 'bert2dnn-student',
    version: 1,
    preset: 'test',
    fields: ['query', 'title'],
    text: { tokenizer: 'default', ngrams: 2 },
    blocks: [
      { name: 'query', kind: 'ngrams', fields: ['query'], size: 64, vocabulary: 'hash' },
      { name: 'title', kind: 'ngrams', fields: ['title'], size: 64, vocabulary: 'hash' },
    ],
    products: [['query', 'title']],
    embeddingSize: 8,
    combiner: 'sqrtn',
    hiddenLayers: [16],
    numOutputs,
    ...(numOutputs > 1 && { classes: ['no', 'yes', 'maybe'].slice(0, numOutputs) }),
    calibration: { temperature: 2 },
  };
  const random = createRandom(1, 'student');
  const parameters = initializeParameters(definition, random.next);
  return createStudent({ definition, vocabularies: {}, parameters });
}

async function saveStudent(name: string, student: Student): Promise<string> {
  const path = join(folder, name);
  const { json, weights } = await serializeStudent(student);
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  await writeFile(join(path, 'student.json'), json);
  await writeFile(join(path, 'student.safetensors'), weights);
  return path;
}

const QUERIES = ['red shoe', 'lamp', ''];
const TITLES = ['A red shoe, size 40', 'Desk lamp', 'Anything'];
const EXAMPLES = QUERIES.map((query, row) => ({ query, title: TITLES[row] }));

describe('openScorer', () => {
  it('scores as the student does', async () => {
    const student = makeStudent(1);
    const scorer = await openScorer(await saveStudent('one', student));
    expect(scorer).toMatchObject({
      name: 'one',
      kind: 'student',
      fields: ['query', 'title'],
      numOutputs: 1,
      temperature: 2,
    });
    const scores = await scoreTexts(scorer, [QUERIES, TITLES]);
    const expected = student.scoreMany(EXAMPLES);
    scores.forEach((score, row) => {
      expect(score).toEqual({
        logit: expect.closeTo(expected[row].logit, 5),
        score: expect.closeTo(expected[row].score, 6),
      });
    });
  });

  it('gives classes with all their probabilities', async () => {
    const student = makeStudent(3);
    const scorer = await openScorer(await saveStudent('three', student));
    const [score] = await scoreTexts(scorer, [QUERIES, TITLES]);
    const expected = student.score(EXAMPLES[0]);
    const probabilities = expected.probabilities ?? [];
    expect(score).toMatchObject({
      class: expected.label,
      scores: {
        no: expect.closeTo(probabilities[0], 6),
        yes: expect.closeTo(probabilities[1], 6),
        maybe: expect.closeTo(probabilities[2], 6),
      },
    });
  });

  it('takes two outputs as one margin with the same probability', async () => {
    const student = makeStudent(2);
    const scorer = await openScorer(await saveStudent('two', student));
    expect(scorer.numOutputs).toBe(1);
    const [score] = await scoreTexts(scorer, [QUERIES, TITLES]);
    const { probabilities = [] } = student.score(EXAMPLES[0]);
    expect(score.score).toBeCloseTo(probabilities[1], 6);
  });

  it.each(['model.onnx', 'onnx/model.onnx'])(
    'takes a tokenizer and %s for a teacher',
    async (file) => {
      const path = join(folder, file.replace('/', '-'));
      const tokenizer = fileURLToPath(
        new URL('../golden/tiny-bert/tokenizer.json', import.meta.url),
      );
      await cp(tokenizer, join(path, 'tokenizer.json'));
      const ids = cast(new Graph().input('input_ids', ['B', 'S'], 'int32'), 'float32');
      // The sum of the ids, as the only logit.
      const logits = reshape(reduceSum(ids, { axes: [1] }), [-1, 1]);
      await mkdir(join(path, file, '..'), { recursive: true });
      await writeFile(
        join(path, file),
        emitOnnx({ logits }, { castInputsToInt64: true, portable: true }),
      );
      const scorer = await openScorer(path, { fields: ['text'] });
      expect([scorer.kind, scorer.numOutputs]).toEqual(['teacher', 1]);
      // [CLS] is 2, "x" 28, [SEP] 3.
      expect([...(await scorer.logits([['x']]))]).toEqual([2 + 28 + 3]);
      await scorer.release();
    },
  );

  it('refuses a folder that holds no model, and a student with a changed byte', async () => {
    await expect(openScorer(folder)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await expect(openScorer(join(folder, 'nowhere'))).rejects.toThrow('no model there');
    const path = await saveStudent('changed', makeStudent(1));
    const weights = await readFile(join(path, 'student.safetensors'));
    weights[weights.length - 1] ^= 1;
    await writeFile(join(path, 'student.safetensors'), weights);
    await expect(openScorer(path)).rejects.toMatchObject({
      code: expect.any(String),
      name: 'StudentError',
    });
  });
});
