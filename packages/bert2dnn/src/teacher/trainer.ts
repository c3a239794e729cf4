// The training loop of a classifier: batches, steps, dev metrics, the best epoch. Reads and writes no file.
import {
  AdamW,
  clipByGlobalNorm,
  linearWarmup,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  TrainingStep,
} from '@bert2dnn/autodiff';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Progress, ProgressTask } from '../foundation/progress.js';
import { createRandom } from '../foundation/random.js';
import { openEncoderModel, scoreTokens } from './batch-model.js';
import { planTrainingBatches } from './batches.js';
import type { EncoderConfig } from './config.js';
import { type DevMetrics, measureDev } from './dev-metrics.js';
import { lengthOfRow, padBatch } from './encoded-texts.js';
import { buildEncoder } from './encoder.js';
import { isDecayFree, type Parameters } from './parameters.js';
import { type TrainingSet, targetsOf } from './training-set.js';

/** Options of a training. */
export interface TrainerOptions {
  epochs: number;
  /** Rows a step. */
  batchSize: number;
  /** Highest learning rate: reached after the warm-up, falling linearly to 0. */
  learningRate: number;
  /** AdamW's decoupled decay; biases and layer norms have none. */
  weightDecay: number;
  /** Share of all steps over which the rate rises. */
  warmupShare: number;
  /** Gradients are scaled to this global norm at most. */
  clipNorm: number;
  seed: number;
  /** Threads inside one operation. */
  threads: number;
  /** Stops between steps; nothing is written then. */
  signal?: AbortSignal;
}

/** Figures of one epoch. */
export interface EpochResult {
  /** Mean training loss, dropout included. */
  trainLoss: number;
  dev: DevMetrics;
  tokensPerSecond: number;
}

/** A training to do. `parameters` are changed in place. */
export interface TrainingJob {
  encoder: EncoderConfig;
  numOutputs: number;
  /** Labels are 0..1, not class indices. */
  isGraded: boolean;
  parameters: Parameters;
  train: TrainingSet;
  dev: TrainingSet;
  padId: number;
  settings: TrainerOptions;
  progress: Progress;
  signal?: AbortSignal;
}

/** A training done. */
export interface TrainingResult {
  epochs: EpochResult[];
  /** Counted from 1. */
  bestEpoch: number;
  /** Values after the best epoch. */
  parameters: Parameters;
}

/**
 * Trains all epochs and gives the values after the one with the best dev metric.
 * @throws Bert2dnnError NOT_FINITE naming step and tensor, INTERRUPTED.
 */
export async function trainClassifier(job: TrainingJob): Promise<TrainingResult> {
  const loop = await TrainingLoop.create(job);
  const epochs: EpochResult[] = [];
  let best: TrainingResult | undefined;
  try {
    for (let epoch = 0; epoch < job.settings.epochs; epoch++) {
      const { trainLoss, tokensPerSecond } = await loop.runEpoch(epoch);
      const dev = await measureEpoch(job);
      epochs.push({ trainLoss, dev, tokensPerSecond });
      job.progress.note(describeEpoch(epoch, epochs[epoch]));
      if (best === undefined || isBetter(dev, epochs[best.bestEpoch - 1].dev)) {
        best = { epochs, bestEpoch: epoch + 1, parameters: copyParameters(job.parameters) };
      }
    }
  } finally {
    await loop.release();
  }
  return best!;
}

/** Steps through epochs; owns the compiled step and the optimizer. */
class TrainingLoop {
  readonly #job: TrainingJob;
  readonly #step: TrainingStep;
  readonly #optimizer: AdamW;
  readonly #rate: (step: number) => number;
  readonly #lengths: Int32Array;
  readonly #numSteps: number;
  #stepsDone = 0;

  private constructor(job: TrainingJob, step: TrainingStep) {
    const { settings, train } = job;
    this.#job = job;
    this.#step = step;
    this.#optimizer = new AdamW({ weightDecay: settings.weightDecay, noDecay: isDecayFree });
    const stepsPerEpoch = Math.ceil(train.texts.numRows / settings.batchSize);
    this.#numSteps = stepsPerEpoch * settings.epochs;
    const warmupSteps = Math.min(
      this.#numSteps - 1,
      Math.round(this.#numSteps * settings.warmupShare),
    );
    this.#rate = linearWarmup({
      peak: settings.learningRate,
      warmupSteps,
      totalSteps: this.#numSteps,
    });
    this.#lengths = Int32Array.from({ length: train.texts.numRows }, (_, row) =>
      lengthOfRow(train.texts, row),
    );
  }

  static async create(job: TrainingJob): Promise<TrainingLoop> {
    const { encoder, numOutputs, settings } = job;
    const { graph, logits, parameters } = buildEncoder(encoder, numOutputs);
    const targets = graph.input('targets', ['B', numOutputs]);
    const loss =
      numOutputs === 1
        ? sigmoidCrossEntropy(logits, targets)
        : softmaxCrossEntropy(logits, targets);
    const step = await TrainingStep.create({
      loss,
      parameters: [...parameters.values()],
      threads: settings.threads,
    });
    return new TrainingLoop(job, step);
  }

  async runEpoch(epoch: number): Promise<{ trainLoss: number; tokensPerSecond: number }> {
    const { settings, train, progress } = this.#job;
    const batches = planTrainingBatches(this.#lengths, {
      batchSize: settings.batchSize,
      random: createRandom(settings.seed, `epoch:${epoch}`),
    });
    const task = progress.start(`finetune ${epoch + 1}/${settings.epochs}`, train.texts.numRows);
    const startMs = performance.now();
    let lossSum = 0;
    let numTokens = 0;
    for (const rows of batches) {
      const loss = await this.#runStep(rows);
      lossSum += loss * rows.length;
      numTokens += rows.reduce((sum, row) => sum + this.#lengths[row], 0);
      this.#report(task, { rows: rows.length, loss, numTokens, startMs });
    }
    task.done();
    const seconds = (performance.now() - startMs) / 1000;
    return {
      trainLoss: lossSum / train.texts.numRows,
      tokensPerSecond: Math.round(numTokens / seconds),
    };
  }

  release(): Promise<void> {
    return this.#step.release();
  }

  async #runStep(rows: Int32Array): Promise<number> {
    const { parameters, train, padId, settings, numOutputs, signal } = this.#job;
    if (signal?.aborted === true) {
      throw new Bert2dnnError('INTERRUPTED', `finetune: stopped at step ${this.#stepsDone}`);
    }
    this.#stepsDone++;
    const step = this.#stepsDone;
    const targets = targetsOf(train.labels, rows, this.#job);
    const feeds = {
      ...padBatch(train.texts, rows, padId),
      targets: { data: targets, shape: [rows.length, numOutputs] },
    };
    const { loss, gradients } = await this.#step
      .run(feeds, { parameters, step, seed: settings.seed })
      .catch(describeNotFinite);
    clipByGlobalNorm(gradients, settings.clipNorm);
    this.#optimizer.step(parameters, gradients, { learningRate: this.#rate(step), step });
    return loss;
  }

  #report(
    task: ProgressTask,
    state: { rows: number; loss: number; numTokens: number; startMs: number },
  ): void {
    const seconds = (performance.now() - state.startMs) / 1000;
    task.advance(state.rows, {
      loss: state.loss,
      rate: this.#rate(this.#stepsDone),
      'tokens/s': Math.round(state.numTokens / seconds),
    });
  }
}

/** Re-throws a step's error; a value that is not finite comes with what to do about it. */
function describeNotFinite(error: unknown): never {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== 'NOT_FINITE') throw error;
  throw new Bert2dnnError('NOT_FINITE', `finetune: ${message}`, {
    hint: 'Lower --learning-rate; if the first step fails already, the weights are damaged.',
    cause: error,
  });
}

async function measureEpoch(job: TrainingJob): Promise<DevMetrics> {
  const { encoder, numOutputs, parameters, dev, padId, settings } = job;
  const { threads } = settings;
  const model = await openEncoderModel({ encoder, numOutputs, parameters, threads });
  try {
    const logits = await scoreTokens(model, dev.texts, { padId });
    return measureDev(logits, dev.labels, job);
  } finally {
    await model.release();
  }
}

/** AUC decides, accuracy where there is none; the lower loss breaks ties. */
function isBetter(dev: DevMetrics, best: DevMetrics): boolean {
  const [value, bestValue] = [dev.auc ?? dev.accuracy, best.auc ?? best.accuracy];
  return value > bestValue || (value === bestValue && dev.logLoss < best.logLoss);
}

function copyParameters(parameters: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([place, values]) => [place, values.slice()]),
  );
}

function describeEpoch(epoch: number, { trainLoss, dev }: EpochResult): string {
  const auc = dev.auc === undefined ? '' : `, AUC ${dev.auc.toFixed(4)}`;
  const accuracy = dev.accuracy.toFixed(4);
  return `epoch ${epoch + 1}: loss ${trainLoss.toFixed(4)}, dev log loss ${dev.logLoss.toFixed(4)}${auc}, accuracy ${accuracy}`;
}
