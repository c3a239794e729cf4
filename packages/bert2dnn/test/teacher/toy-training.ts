// A training small enough to run many times: a table of vectors, dropout, one output. Its places are those of an encoder.
import {
  dropout,
  Graph,
  gather,
  linear,
  sigmoidCrossEntropy,
  TrainingStep,
} from '@bert2dnn/autodiff';
import type { Progress } from '../../src/foundation/progress.js';
import { createRandom } from '../../src/foundation/random.js';
import type { LoopSettings } from '../../src/teacher/loop-settings.js';
import type { Parameters } from '../../src/teacher/parameters.js';
import {
  runTrainingLoop,
  type TrainingLoopJob,
  type TrainingLoopResult,
} from '../../src/teacher/training-loop.js';

const NUM_IDS = 12;
const WIDTH = 6;

/** Rows of the toy: an id, a target and a weight each; ids repeat, weights may be 0. */
export const TOY_ROWS = Array.from({ length: 14 }, (_, row) => ({
  id: (row * 5) % (NUM_IDS - 2),
  target: row % 3 === 0 ? 1 : 0.25,
  weight: [1, 0.5, 3, 0, 2][row % 5],
}));

/** Settings without anything special. */
export const PLAIN: LoopSettings = {
  epochs: 2,
  batchSize: 4,
  accumulate: 1,
  learningRate: 0.05,
  schedule: 'linear',
  warmupShare: 0.1,
  weightDecay: 0.01,
  layerDecay: 1,
  clipNorm: 1,
  patience: 0,
  seed: 3,
  threads: 1,
  checkpointSteps: 2,
};

/** Metrics of the toy: any number that follows from the values. */
export interface ToyMetrics {
  value: number;
}

/** What a toy training may have of its own. */
export type ToyOptions = Partial<Omit<TrainingLoopJob<ToyMetrics>, 'settings'>> & {
  settings?: Partial<LoopSettings>;
  /** Micro-batches of every epoch. Default: four rows each. */
  batches?: number[][];
  dropoutRate?: number;
};

/** First values: the same for every toy. */
export function toyParameters(): Parameters {
  const random = createRandom(1, 'toy');
  const values = (length: number) => Float32Array.from({ length }, () => random.nextNormal());
  return {
    'embeddings.token': values(NUM_IDS * WIDTH),
    'classifier.weight': values(WIDTH),
    'classifier.bias': values(1),
  };
}

async function compileToy(dropoutRate: number): Promise<TrainingStep> {
  const graph = new Graph();
  const table = graph.parameter('embeddings.token', [NUM_IDS, WIDTH]);
  const weight = graph.parameter('classifier.weight', [1, WIDTH]);
  const bias = graph.parameter('classifier.bias', [1]);
  const vectors = gather(table, graph.input('ids', ['B'], 'int32'));
  const kept = dropout(vectors, { rate: dropoutRate, name: 'toy' });
  const logits = linear(kept, weight, bias, { transposeWeight: true });
  const targets = graph.input('targets', ['B', 1]);
  const loss = sigmoidCrossEntropy(logits, targets, graph.input('weights', ['B', 1]));
  return TrainingStep.create({ loss, parameters: [table, weight, bias] });
}

/** Trains a toy from its first values. */
export async function trainToy(options: ToyOptions = {}): Promise<TrainingLoopResult<ToyMetrics>> {
  const { settings, batches, dropoutRate = 0, ...own } = options;
  const parameters = toyParameters();
  const step = await compileToy(dropoutRate);
  const plan = batches ?? [0, 4, 8, 12].map((start) => [0, 1, 2, 3].map((row) => start + row));
  const feedOf = (data: Float32Array) => ({ data, shape: [data.length, 1] });
  try {
    return await runTrainingLoop<ToyMetrics>({
      name: 'toy',
      step,
      parameters,
      settings: { ...PLAIN, ...settings },
      numRows: TOY_ROWS.length,
      planEpoch: () => plan.map((rows) => Int32Array.from(rows.filter((row) => row < 14))),
      feedsOf: (rows) => {
        const picked = [...rows].map((row) => TOY_ROWS[row]);
        const weights = Float32Array.from(picked, ({ weight }) => weight);
        const ids = { data: Int32Array.from(picked, ({ id }) => id), shape: [rows.length] };
        const targets = feedOf(Float32Array.from(picked, ({ target }) => target));
        const weight = weights.reduce((sum, value) => sum + value, 0);
        return {
          feeds: { ids, targets, weights: feedOf(weights) },
          numTokens: rows.length,
          weight,
        };
      },
      measure: async () => ({ value: parameters['classifier.weight'][0] }),
      isBetter: () => true,
      describe: ({ value }) => `value ${value}`,
      progress: recordingProgress(),
      ...own,
    });
  } finally {
    await step.release();
  }
}

/** Progress that keeps what is said. */
export type RecordingProgress = Progress & {
  notes: string[];
  /** Figures of each update. */
  figures: Record<string, number>[];
};

/** Records notes and figures; `onUpdate` is told the number of updates after each. */
export function recordingProgress(onUpdate?: (numUpdates: number) => void): RecordingProgress {
  const notes: string[] = [];
  const figures: Record<string, number>[] = [];
  const advance = (_: number, shown: Record<string, number> = {}): void => {
    figures.push(shown);
    onUpdate?.(figures.length);
  };
  return {
    notes,
    figures,
    note: (message) => notes.push(message),
    start: () => ({ advance, done: () => undefined }),
  };
}
