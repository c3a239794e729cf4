// A real pretrained encoder on real rows against PyTorch (test/golden/make_minilm_steps.py): loss, logits and every
// parameter's gradient of two batches, then 20 steps of AdamW. Needs the folder BERT2DNN_SHARED with data/ and teachers/.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import {
  AdamW,
  clipByGlobalNorm,
  type Gradient,
  linearWarmup,
  Session,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  TrainingStep,
} from '@bert2dnn/autodiff';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeTexts, padBatch } from '../../src/teacher/encoded-texts.js';
import { buildEncoder } from '../../src/teacher/encoder.js';
import { type ModelFolder, openModelFolder } from '../../src/teacher/model-folder.js';
import { isDecayFree, type Parameters } from '../../src/teacher/parameters.js';
import { tensorNames } from '../../src/teacher/weights.js';

const shared = process.env['BERT2DNN_SHARED'];
const reason = shared === undefined ? ' (BERT2DNN_SHARED is not set)' : '';

/** One parameter's gradient; of the token table `rows` are those that are not 0, and the values are of those rows. */
interface GoldenGradient {
  norm: number;
  sum: number;
  values: number[];
  rows?: number[];
  rowNorms?: number[];
}

interface GoldenCase {
  file: string;
  fields: number;
  rows: number[];
  ids: number[][];
  labels: number[];
  loss: number;
  logits: number[][];
  gradients: Record<string, GoldenGradient>;
}

interface GoldenCurve {
  numRows: number;
  peak: number;
  warmupSteps: number;
  weightDecay: number;
  clipNorm: number;
  rates: number[];
  idsSha256: string[];
  losses: number[];
  norms: number[];
  devLogits: number[][];
}

const goldenPath = fileURLToPath(new URL('../golden/minilm-steps.json', import.meta.url));
const golden = JSON.parse(readFileSync(goldenPath, 'utf8')) as {
  maxTokens: number;
  cases: Record<'sst2' | 'homedepot', GoldenCase>;
  curve: GoldenCurve;
};

/** What gradients may differ by, relative: float32 of six layers against float64. PyTorch's own float32 is 7e-5 off. */
const TOLERANCE = 1e-4;
/** Losses, logits and norms are sums of many terms, so their rounding is far less. */
const CLOSE = 1e-5;
const HIDDEN_SIZE = 384;
const NO_DROPOUT = { hiddenDropout: 0, attentionDropout: 0, classifierDropout: 0 };

function readTable(file: string): string[][] {
  const text = gunzipSync(readFileSync(join(shared ?? '', 'data', file))).toString();
  const [, ...lines] = text.trimEnd().split('\n');
  return lines.map((line) => line.split('\t'));
}

describe.skipIf(shared === undefined)(`MiniLM as PyTorch trains it${reason}`, () => {
  let folder: ModelFolder;
  beforeAll(async () => {
    folder = await openModelFolder(join(shared ?? '', 'teachers/minilm-l6'));
  });

  /** Encoder without dropout, with the head of the golden script: weight k is 0.02 sin(k), biases are 0. */
  function startModel(numOutputs: number) {
    const encoder = { ...folder.config.encoder, ...NO_DROPOUT };
    const weight = new Float32Array(numOutputs * encoder.hiddenSize);
    const parameters: Parameters = {
      ...Object.fromEntries(
        Object.entries(folder.weights.parameters).map(([place, values]) => [place, values.slice()]),
      ),
      'classifier.weight': weight.map((_, index) => 0.02 * Math.sin(index)),
      'classifier.bias': new Float32Array(numOutputs),
    };
    return { encoder, parameters };
  }

  async function createStep(numOutputs: number) {
    const { encoder, parameters } = startModel(numOutputs);
    const { graph, logits, parameters: places } = buildEncoder(encoder, numOutputs);
    const targets = graph.input('targets', ['B', numOutputs]);
    const crossEntropy = numOutputs === 1 ? sigmoidCrossEntropy : softmaxCrossEntropy;
    const step = await TrainingStep.create({
      loss: crossEntropy(logits, targets),
      parameters: [...places.values()],
      outputs: { logits },
      threads: 2,
    });
    return { step, parameters, encoder };
  }

  function encodeRows(rows: readonly string[][], numFields: number) {
    const texts = Array.from({ length: numFields }, (_, field) => rows.map((row) => row[field]));
    const { tokenizer } = folder;
    return encodeTexts(texts, { tokenizer, maxTokens: golden.maxTokens });
  }

  function feedsOf(encoded: ReturnType<typeof encodeRows>, labels: number[], numOutputs: number) {
    const all = Int32Array.from(labels.keys());
    const targets = new Float32Array(labels.length * numOutputs);
    labels.forEach((label, row) => {
      if (numOutputs === 1) targets[row] = label;
      else targets[row * numOutputs + label] = 1;
    });
    return {
      ...padBatch(encoded, all, folder.tokenizer.padId),
      targets: { data: targets, shape: [labels.length, numOutputs] },
    };
  }

  it.each(['sst2', 'homedepot'] as const)(
    '%s: loss, logits and the gradient of every parameter',
    async (name) => {
      const expected = golden.cases[name];
      const numOutputs = expected.logits[0].length;
      const table = readTable(expected.file);
      const encoded = encodeRows(
        expected.rows.map((row) => table[row]),
        expected.fields,
      );
      const ids = expected.rows.map((_, row) => [
        ...encoded.ids.subarray(encoded.offsets[row], encoded.offsets[row + 1]),
      ]);
      expect(ids).toEqual(expected.ids);
      const { step, parameters } = await createStep(numOutputs);
      const feeds = feedsOf(encoded, expected.labels, numOutputs);
      const result = await step.run(feeds, { parameters, step: 1, seed: 1 });
      await step.release();
      expect(Math.abs(result.loss - expected.loss)).toBeLessThan(CLOSE);
      expect(worstDistance(result.outputs['logits'].data, expected.logits.flat())).toBeLessThan(
        CLOSE,
      );
      const config = { ...folder.config, numOutputs };
      const names = [...tensorNames(config, { head: 'classifier', isPrefixed: true })];
      expect(names.map(([, tensor]) => tensor).sort()).toEqual(
        Object.keys(expected.gradients).sort(),
      );
      for (const [place, tensor] of names) {
        const gradient = toDense(result.gradients[place], parameters[place].length);
        if (place.endsWith('.key.bias')) {
          const query = expected.gradients[tensor.replace('key', 'query')];
          expectNoGradient(gradient, query.norm, tensor);
        } else {
          expectGradient(gradient, expected.gradients[tensor], tensor);
        }
      }
    },
  );

  it('20 steps of AdamW on 20 batches: losses, norms and the logits after them', async () => {
    const { curve } = golden;
    const { step, parameters, encoder } = await createStep(2);
    const rows = readTable('sst2/train.tsv.gz');
    const optimizer = new AdamW({ weightDecay: curve.weightDecay, noDecay: isDecayFree });
    const { peak, warmupSteps } = curve;
    const rateOf = linearWarmup({ peak, warmupSteps, totalSteps: curve.losses.length });
    for (const [index, expected] of curve.losses.entries()) {
      const number = index + 1;
      const part = rows.slice(index * curve.numRows, number * curve.numRows);
      const labels = part.map(([, label]) => Number(label));
      const feeds = feedsOf(encodeRows(part, 1), labels, 2);
      expect(hashRows(feeds.input_ids.data as Int32Array, feeds.input_ids.shape[1])).toBe(
        curve.idsSha256[index],
      );
      const options = { parameters, step: number, seed: 1 };
      const { loss, gradients } = await step.run(feeds, options);
      expect(Math.abs(loss - expected), `loss of step ${number}`).toBeLessThan(CLOSE);
      const norm = clipByGlobalNorm(gradients, curve.clipNorm);
      expect(Math.abs(norm / curve.norms[index] - 1), `norm of step ${number}`).toBeLessThan(CLOSE);
      expect(rateOf(number)).toBeCloseTo(curve.rates[index], 12);
      optimizer.step(parameters, gradients, { learningRate: rateOf(number), step: number });
    }
    await step.release();
    const { logits } = buildEncoder(encoder, 2);
    const session = await Session.create({ logits }, { threads: 2, frozen: parameters });
    const dev = readTable('sst2/dev.tsv.gz').slice(0, curve.devLogits.length);
    const { targets: _, ...feeds } = feedsOf(
      encodeRows(dev, 1),
      dev.map(() => 0),
      2,
    );
    const results = await session.run(feeds);
    await session.release();
    expect(worstDistance(results['logits'].data, curve.devLogits.flat())).toBeLessThan(CLOSE);
  });
});

/** Every sampled value within 1e-4 of the larger of itself and the tensor's RMS; norm and sum within 1e-5 of the norm. */
function expectGradient(dense: Float32Array, expected: GoldenGradient, name: string): void {
  let values = dense;
  if (expected.rows !== undefined) {
    const width = HIDDEN_SIZE;
    const touched = touchedRows(dense, width);
    expect(touched, `rows of ${name}`).toEqual(expected.rows);
    values = Float32Array.from(
      touched.flatMap((row) => [...dense.subarray(row * width, (row + 1) * width)]),
    );
    for (const [index, norm] of expected.rowNorms!.entries()) {
      const got = normOf(values.subarray(index * width, (index + 1) * width));
      const rms = expected.norm / Math.sqrt(touched.length);
      expect(Math.abs(got - norm), `norm of row ${touched[index]} of ${name}`).toBeLessThanOrEqual(
        TOLERANCE * Math.max(norm, rms),
      );
    }
  }
  const rms = expected.norm / Math.sqrt(values.length);
  for (const [sample, value] of expected.values.entries()) {
    const index = sampleIndex(sample, values.length);
    expect(Math.abs(values[index] - value), `${name} at ${index}`).toBeLessThanOrEqual(
      TOLERANCE * Math.max(Math.abs(value), rms),
    );
  }
  const limit = CLOSE * expected.norm;
  expect(Math.abs(normOf(values) - expected.norm), `norm of ${name}`).toBeLessThanOrEqual(limit);
  const sum = values.reduce((total, value) => total + value, 0);
  expect(Math.abs(sum - expected.sum), `sum of ${name}`).toBeLessThanOrEqual(limit);
}

/**
 * A key's bias adds the same number to all scores of a query, and softmax takes it away again: the gradient is 0, what
 * is left of it is rounding, and its scale is that of the query's bias.
 */
function expectNoGradient(dense: Float32Array, queryNorm: number, name: string): void {
  expect(normOf(dense), `norm of ${name}`).toBeLessThanOrEqual(TOLERANCE * queryNorm);
}

const NUM_SAMPLES = 32;

/** Knuth's multiplicative hash, as in the script; small tensors are compared whole. */
function sampleIndex(sample: number, length: number): number {
  return length <= NUM_SAMPLES ? sample : (sample * 2654435761) % length;
}

function touchedRows(dense: Float32Array, width: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row * width < dense.length; row++) {
    if (dense.subarray(row * width, (row + 1) * width).some((value) => value !== 0)) rows.push(row);
  }
  return rows;
}

function toDense(gradient: Gradient, length: number): Float32Array {
  if (gradient.kind === 'dense') return gradient.data;
  const dense = new Float32Array(length);
  const width = gradient.rows.length / gradient.ids.length;
  gradient.ids.forEach((id, index) => {
    for (let at = 0; at < width; at++) dense[id * width + at] += gradient.rows[index * width + at];
  });
  return dense;
}

function normOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function worstDistance(got: ArrayLike<number>, expected: number[]): number {
  expect(got.length).toBe(expected.length);
  return expected.reduce((most, value, at) => Math.max(most, Math.abs(value - got[at])), 0);
}

/** The hash of padded ids [B, S] as the script writes it. */
function hashRows(ids: ArrayLike<number>, width: number): string {
  const all = Array.from(ids);
  const rows: number[][] = [];
  for (let start = 0; start < all.length; start += width)
    rows.push(all.slice(start, start + width));
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 16);
}
