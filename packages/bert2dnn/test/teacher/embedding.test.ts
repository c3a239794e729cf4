// Vectors of encoders: the graph's poolings against plain sums over the vectors of all tokens, with and without a head.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { evaluateReference } from '@bert2dnn/autodiff';
import { readSafetensors, type TensorToWrite, writeSafetensors } from '@bert2dnn/student';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pooling, poolTokens } from '../../src/teacher/embedding.js';
import { encodeTexts, padBatch } from '../../src/teacher/encoded-texts.js';
import { buildTokens, createScope, pickInputs } from '../../src/teacher/encoder-body.js';
import { openModelFolder } from '../../src/teacher/model-folder.js';
import { parameterShapes } from '../../src/teacher/parameters.js';
import { loadTeacher } from '../../src/teacher/teacher.js';

const golden = (name: string) => fileURLToPath(new URL(`../golden/${name}`, import.meta.url));
const TEXTS = [
  ['the cat', 'x', 'a dog'],
  ['abc', 'the dog and the cat', ''],
];

let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'embedding-'));
});
afterAll(() => rm(work, { recursive: true }));

/** Vectors of all tokens in float64, and then sums: [N, H]. */
async function poolNaively(dir: string, pooling: Pooling, maxTokens: number): Promise<number[]> {
  const { config, tokenizer, weights } = await openModelFolder(dir);
  const { encoder } = config;
  const tokens = buildTokens(createScope(encoder, parameterShapes(encoder, 1)));
  const encoded = encodeTexts(TEXTS, { tokenizer, maxTokens });
  const H = encoder.hiddenSize;
  return TEXTS[0].flatMap((_, row) => {
    const feeds = pickInputs(encoder, padBatch(encoded, [row], tokenizer.padId));
    const values = Object.entries(weights.parameters).map(([place, data]) => [
      place,
      { data, shape: parameterShapes(encoder, config.numOutputs).get(place)! },
    ]);
    const [hidden] = evaluateReference([tokens], { ...feeds, ...Object.fromEntries(values) });
    const S = hidden.shape[1];
    return Array.from({ length: H }, (_, unit) => {
      if (pooling === 'cls') return hidden.data[unit];
      let sum = 0;
      for (let position = 0; position < S; position++) sum += hidden.data[position * H + unit];
      return sum / S;
    });
  });
}

async function expectVectors(dir: string, pooling: Pooling, numOutputs: number): Promise<void> {
  const teacher = await loadTeacher(dir, { embeddings: { pooling } });
  const { logits, embeddings } = await teacher.score!(TEXTS);
  await teacher.release();
  expect([teacher.numOutputs, logits.length]).toEqual([numOutputs, numOutputs * 3]);
  const expected = await poolNaively(dir, pooling, teacher.maxTokens);
  expect(embeddings).toHaveLength(expected.length);
  expected.forEach((value, index) => {
    expect(embeddings![index]).toBeCloseTo(value, 4);
  });
}

describe('the vectors of an encoder', () => {
  it.each(['tiny-bert', 'families/distilbert', 'families/roberta'])(
    '%s: both poolings of a batch beside the logits',
    async (family) => {
      const { config } = await openModelFolder(golden(family));
      await expectVectors(golden(family), 'mean', config.numOutputs);
      await expectVectors(golden(family), 'cls', config.numOutputs);
    },
  );

  it('come without a head and without a pooler', async () => {
    const dir = join(work, 'encoder');
    await cp(golden('tiny-bert'), dir, { recursive: true });
    const file = join(dir, 'model.safetensors');
    const tensors: Record<string, TensorToWrite> = Object.fromEntries(
      [...readSafetensors(await readFile(file)).tensors].filter(
        ([name]) => !/pooler|classifier/.test(name),
      ),
    );
    await writeFile(file, writeSafetensors(tensors, { format: 'pt' }));
    await expect(loadTeacher(dir)).rejects.toMatchObject({
      code: 'TEACHER_INVALID',
      hint: expect.stringContaining('--embeddings'),
    });
    await expectVectors(dir, 'mean', 0);
    await expectVectors(dir, 'cls', 0);
  });

  it('leave the logits as they are but for the last digits', async () => {
    const plain = await loadTeacher(golden('tiny-bert'));
    const both = await loadTeacher(golden('tiny-bert'), { embeddings: {} });
    const expected = await plain.logits(TEXTS);
    (await both.logits(TEXTS)).forEach((logit, index) => {
      expect(logit).toBeCloseTo(expected[index], 4);
    });
    expect(both.fingerprint).not.toBe(plain.fingerprint);
    await plain.release();
    await both.release();
  });
});

describe('poolTokens', () => {
  it('leaves padding out of the mean', () => {
    const tokens = {
      data: Float32Array.of(1, 2, 3, 4, 100, 100, 5, 6, 7, 8, 9, 10),
      shape: [2, 3, 2],
    };
    const mask = { data: Int32Array.of(1, 1, 0, 1, 1, 1), shape: [2, 3] };
    expect([...poolTokens('mean', tokens, mask)]).toEqual([2, 3, 7, 8]);
    expect([...poolTokens('cls', tokens, mask)]).toEqual([1, 2, 5, 6]);
  });
});
