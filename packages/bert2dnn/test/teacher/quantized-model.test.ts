// int8 teachers: near float32 in every family, the same from file and from weights, told apart by fingerprint.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeTexts } from '../../src/teacher/encoded-texts.js';
import { openModelFolder } from '../../src/teacher/model-folder.js';
import {
  encodeQuantized,
  measureQuantized,
  type Precision,
  quantizedPlaces,
} from '../../src/teacher/quantized-model.js';
import { saveClassifier } from '../../src/teacher/save-folder.js';
import { completeParameters } from '../../src/teacher/start-model.js';
import { loadTeacher } from '../../src/teacher/teacher.js';

const GOLDEN = fileURLToPath(new URL('../golden', import.meta.url));
const FAMILIES = ['tiny-bert', 'families/distilbert', 'families/roberta', 'families/ernie'];
const LABELS = ['no', 'maybe', 'yes'];
const TEXTS = [
  ['the cat', 'a dog', 'x', 'cat'],
  ['dog', 'cat cat 1 2', '', 'the dog and the cat'],
];

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'int8-')), 'model');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

async function saveFamily(family: string, out = folder): Promise<void> {
  const { config, tokenizerFiles, weights } = await openModelFolder(join(GOLDEN, family));
  const { parameters } = completeParameters(weights.parameters, {
    encoder: config.encoder,
    numOutputs: LABELS.length,
    seed: 1,
  });
  await saveClassifier(out, {
    config,
    head: { labels: LABELS, problemType: 'single_label_classification' },
    parameters,
    tokenizerFiles,
    extra: {
      fields: ['query', 'title'],
      maxTokens: 12,
      task: { kind: 'classes', classes: LABELS },
      training: {},
      metrics: {},
    },
  });
}

async function score(dir: string, precision?: Precision, texts = TEXTS) {
  const teacher = await loadTeacher(dir, { precision });
  const logits = await teacher.logits(texts);
  await teacher.release();
  return { logits, fingerprint: teacher.fingerprint, precision: teacher.precision };
}

function largestDifference(left: ArrayLike<number>, right: ArrayLike<number>): number {
  return Math.max(...Array.from(left, (value, index) => Math.abs(value - right[index])));
}

describe('the int8 model of a folder', () => {
  it.each(FAMILIES)('gives nearly the logits of float32: %s', async (family) => {
    await saveFamily(family);
    const exact = await score(folder);
    const int8 = await score(folder, 'int8');
    expect([exact.precision, int8.precision]).toEqual(['f32', 'int8']);
    const spread = Math.max(...exact.logits) - Math.min(...exact.logits);
    const difference = largestDifference(int8.logits, exact.logits);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(spread / 8);
  });

  it('gives a row the same logits whatever it is scored with', async () => {
    await saveFamily('tiny-bert');
    const all = await score(folder, 'int8');
    const alone = await score(
      folder,
      'int8',
      TEXTS.map((field) => [field[1]]),
    );
    expect(largestDifference(alone.logits, all.logits.subarray(3, 6))).toBeLessThan(1e-6);
  });

  it('has a fingerprint of its own, and equal bytes for equal weights', async () => {
    await saveFamily('tiny-bert');
    const other = join(folder, '..', 'other');
    await saveFamily('tiny-bert', other);
    const [exact, int8, again] = [
      await score(folder),
      await score(folder, 'int8'),
      await score(other, 'int8'),
    ];
    expect(int8.fingerprint).not.toBe(exact.fingerprint);
    expect(int8.fingerprint).toBe(again.fingerprint);
    for (const name of ['model.onnx', 'onnx/model_quantized.onnx', 'model.safetensors']) {
      const bytes = await readFile(join(folder, name));
      expect(bytes.equals(await readFile(join(other, name)))).toBe(true);
    }
  });

  it('is made from the weights of a folder that has none, and scores alone where there are no weights', async () => {
    await saveFamily('tiny-bert');
    const fromFile = await score(folder, 'int8');
    const bare = join(folder, '..', 'bare');
    await cp(folder, bare, { recursive: true });
    await rm(join(bare, 'onnx'), { recursive: true });
    const fromWeights = await score(bare, 'int8');
    expect([...fromWeights.logits]).toEqual([...fromFile.logits]);
    expect(fromWeights.fingerprint).not.toBe(fromFile.fingerprint);

    await rm(join(folder, 'model.safetensors'));
    await rm(join(folder, 'model.onnx'));
    expect([...(await score(folder, 'int8')).logits]).toEqual([...fromFile.logits]);
    await expect(score(folder)).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: expect.stringContaining('no model in f32 there'),
    });
    await rm(join(bare, 'model.safetensors'));
    await expect(score(bare, 'int8')).rejects.toThrow(
      /no model in int8 there, expected onnx\/model_quantized\.onnx/,
    );
  });
});

describe('measureQuantized', () => {
  it('gives the metrics of int8 and its distance from float32', async () => {
    const { config, tokenizer, weights } = await openModelFolder(join(GOLDEN, 'tiny-bert'));
    const { encoder, numOutputs } = config;
    const source = { encoder, numOutputs, parameters: weights.parameters };
    await saveFamily('tiny-bert');
    const [exact, int8] = [await score(folder), await score(folder, 'int8')];
    const labels = Float64Array.of(0, 1, 2, 1);
    const texts = encodeTexts(TEXTS, { tokenizer, maxTokens: 12 });
    const metrics = await measureQuantized({
      ...source,
      quantized: encodeQuantized(source),
      isGraded: false,
      dev: { texts, labels, numTruncated: 0 },
      padId: tokenizer.padId,
      threads: 1,
    });
    const differences = Array.from(int8.logits, (v, i) => Math.abs(v - exact.logits[i]));
    expect(metrics.largestLogitDifference).toBeCloseTo(Math.max(...differences), 6);
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    expect(metrics.meanLogitDifference).toBeCloseTo(mean, 6);
    const numRight = [...labels].filter((label, row) => {
      const three = [...int8.logits.subarray(3 * row, 3 * row + 3)];
      return three.indexOf(Math.max(...three)) === label;
    }).length;
    expect(metrics.accuracy).toBe(numRight / 4);
  });
});

describe('quantizedPlaces', () => {
  it('names products and the token table, and leaves small tables, norms and the classifier alone', async () => {
    const { config } = await openModelFolder(join(GOLDEN, 'tiny-bert'));
    const places = quantizedPlaces({ ...config.encoder, numLayers: 1 }, 3);
    expect(places).toEqual([
      'embeddings.token',
      ...['query', 'key', 'value', 'attention', 'intermediate', 'output'].map(
        (part) => `layer.0.${part}.weight`,
      ),
      'pooler.weight',
    ]);
  });
});
