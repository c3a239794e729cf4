// Training from batches to the parameters of the best epoch: updates, dev figures, early stopping, checkpoints. Equal
// trainings give equal values, broken off or not. Reads no examples; what a batch holds is `batch-source.ts`'s matter.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Session } from '@bert2dnn/autodiff';
import type { StudentDefinition } from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Progress, ProgressTask } from '../foundation/progress.js';
import type { CheckpointKeeper } from '../teacher/training-checkpoint.js';
import type { BatchSource } from './batch-source.js';
import { type DevMetric, devMetric, logitAgreement } from './dev-metric.js';
import type { Batch } from './feature-window.js';
import type { FeaturizedExamples } from './featurize.js';
import { LayerSteps } from './layer-steps.js';
import type { DistillSettings } from './options.js';
import { rateFactor } from './rate-schedule.js';
import { RATE_FACTORS, SEARCH_BATCHES, searchRate } from './rate-search.js';
import { buildStudentGraph } from './student-graph.js';
import type { Targets } from './targets.js';
import { Trainer } from './trainer.js';
import { graphOptionsOf } from './training-options.js';

/** Dev figures: gold metric and agreement with the teacher apart. */
export interface DevFigures extends DevMetric {
  /** Pearson's r of logits with the teacher's, where the dev rows have soft labels. */
  agreement?: number;
}

/** Figures of one epoch. */
export interface EpochFigures {
  epoch: number;
  /** Mean training loss. */
  loss: number;
  dev?: DevFigures;
}

/** Where the kept parameters come from. */
export interface BestStep {
  epoch: number;
  /** Updates until then. */
  step: number;
  dev?: DevFigures;
}

/** All that a training is beside its arrays: plain JSON. */
export interface TrainingState {
  epoch: number;
  /** Batches of this epoch that are done. */
  batchesDone: number;
  /** Updates in all. */
  stepsDone: number;
  /** Of this epoch. */
  lossSum: number;
  numExamples: number;
  epochs: EpochFigures[];
  best: BestStep | null;
  /** Update of the last dev figures, and those. */
  measuredStep: number;
  measured: DevFigures | null;
  /** Dev figures since the best ones. */
  numWorse: number;
  /** Of the rates; 1 unless it was searched for. */
  rateFactor: number;
}

/** What is trained, on what. */
export interface TrainingParts {
  definition: StudentDefinition;
  settings: DistillSettings;
  /** First values; trained in place. */
  parameters: Record<string, Float32Array>;
  batches: BatchSource;
  targets: Targets;
  dev?: DevExamples;
  /** Absent: a training that is broken off begins anew. */
  checkpoints?: CheckpointKeeper<TrainingState>;
  progress: Progress;
}

/** Dev examples, and the logits that the teacher wants of them where it was asked. */
export interface DevExamples extends FeaturizedExamples {
  /** [N], NaN where there is none. */
  targetLogits?: Float32Array;
}

/** A finished training. */
export interface Trained {
  /** Of the best step. */
  parameters: Record<string, Float32Array>;
  epochs: EpochFigures[];
  bestEpoch: number;
  bestStep: number;
  /** Updates that a checkpoint had done already. */
  resumedFrom: number;
  examplesPerSecond: number;
  /** Of the epochs, spent waiting for features. */
  waitingSeconds: number;
  /** Factor of the rates that was found, with `learningRate` `auto`; else 1. */
  rateFactor: number;
}

/**
 * Trains and keeps the parameters that are best on the dev examples (the last, without them).
 * @throws Bert2dnnError NOT_FINITE naming step and tensor if the training diverges.
 */
export async function trainStudent(parts: TrainingParts): Promise<Trained> {
  const { definition, settings, targets, parameters } = parts;
  const { threads } = settings;
  const options = graphOptionsOf(settings, {
    hardLabels: targets.hardShares !== undefined,
    weights: targets.weights !== undefined,
  });
  const step = await LayerSteps.create(definition, options, threads);
  // Dev figures choose a step: they must not depend on the threads either.
  const { logits } = buildStudentGraph(definition, { ...options, fewRows: true });
  const session = await Session.create({ logits }, { threads });
  const trainer = new Trainer({ definition, parameters, step, session }, settings);
  try {
    return await new Training(parts, trainer).run();
  } catch (error) {
    throw describeDivergence(error);
  } finally {
    await trainer.release();
    await step.release();
    await session.release();
  }
}

/** One training from its first or a later step to its end. */
class Training {
  #state: TrainingState = startState();
  /** Values of the best step; empty before there is one. */
  #best: Record<string, Float32Array> = {};
  #keptMs = performance.now();
  #numTrained = 0;
  #seconds = 0;
  #waitingSeconds = 0;

  constructor(
    private readonly parts: TrainingParts,
    private readonly trainer: Trainer,
  ) {}

  async run(): Promise<Trained> {
    const resumedFrom = await this.#resume();
    const { settings } = this.parts;
    if (settings.isAutoRate && this.#state.stepsDone === 0) await this.#searchRate();
    while (this.#state.epoch <= settings.epochs && !this.#isStale()) {
      await this.#trainEpoch();
      await this.#endEpoch();
    }
    const { epochs, best } = this.#state;
    return {
      parameters: this.#best,
      epochs,
      bestEpoch: best!.epoch,
      bestStep: best!.step,
      resumedFrom,
      examplesPerSecond: this.#seconds === 0 ? 0 : this.#numTrained / this.#seconds,
      waitingSeconds: this.#waitingSeconds,
      rateFactor: this.#state.rateFactor,
    };
  }

  async #resume(): Promise<number> {
    const { checkpoints, progress, settings } = this.parts;
    const found = await checkpoints?.read();
    if (found === undefined) return 0;
    this.#state = found.state;
    this.#best = found.best;
    const { stepsDone, epoch } = found.state;
    this.trainer.restore(found.parameters, found.optimizer, stepsDone);
    const shown = Math.min(epoch, settings.epochs);
    progress.note(
      `distill: goes on from a checkpoint: update ${stepsDone}, epoch ${shown} of ${settings.epochs}`,
    );
    return stepsDone;
  }

  async #trainEpoch(): Promise<void> {
    const { batches, targets, progress, settings } = this.parts;
    const { epoch, batchesDone } = this.#state;
    const title = `epoch ${epoch}/${settings.epochs}`;
    let task: ProgressTask | undefined;
    let startMs = performance.now();
    for await (const batch of batches.batches(epoch, batchesDone)) {
      this.#waitingSeconds += (performance.now() - startMs) / 1000;
      // Begun with the first batch, which may have to wait for features.
      task ??= progress.start(title, batches.numExamples - this.#state.numExamples, 'examples');
      const B = batch.rows.length;
      const state = this.#state;
      const factor = state.rateFactor * this.#scheduledFactor(state.numExamples, B);
      const loss = await this.trainer.trainBatch(batch, targets, factor);
      state.batchesDone++;
      state.stepsDone++;
      state.lossSum += loss * B;
      state.numExamples += B;
      this.#numTrained += B;
      task.advance(B, { loss });
      this.#seconds += (performance.now() - startMs) / 1000;
      if (settings.evalEvery > 0 && state.stepsDone % settings.evalEvery === 0) {
        await this.#measure();
        if (this.#isStale()) break;
      }
      await this.#keepIfDue();
      // So that shards which are read ahead, and answers of threads, are met.
      await nextTurn();
      startMs = performance.now();
    }
    task?.done();
  }

  /** Of the schedule, for a batch after `examplesDone` others of this epoch. */
  #scheduledFactor(examplesDone: number, batchExamples: number): number {
    const { settings, batches } = this.parts;
    const totalExamples = settings.epochs * batches.numExamples;
    const before = (this.#state.epoch - 1) * batches.numExamples;
    return rateFactor({ ...settings, totalExamples }, before + examplesDone, batchExamples);
  }

  async #searchRate(): Promise<void> {
    const { batches, targets, parameters, settings, progress } = this.parts;
    const first: Batch[] = [];
    const examplesBefore: number[] = [];
    let numExamples = 0;
    for await (const batch of batches.batches(1)) {
      first.push(batch);
      examplesBefore.push(numExamples);
      numExamples += batch.rows.length;
      if (first.length === SEARCH_BATCHES) break;
    }
    const task = progress.start('rates', numExamples * RATE_FACTORS.length, 'examples');
    const { factor, trials } = await searchRate({
      trainer: this.trainer,
      parameters,
      batches: first,
      targets,
      factorOf: (index) => this.#scheduledFactor(examplesBefore[index], first[index].rows.length),
      task,
    });
    task.done();
    this.#state.rateFactor = factor;
    const show = (rate: number): string => `${Number(rate.toPrecision(3))}`;
    const tried = trials.map(
      ({ factor: own, loss }) => `${show(settings.learningRate * own)} ${loss.toFixed(4)}`,
    );
    progress.note(
      `distill: learning rate ${show(settings.learningRate * factor)}, of the tables ${show(settings.embeddingLearningRate * factor)} (loss by rate: ${tried.join(', ')})`,
    );
  }

  /** Dev figures after the last update, and the best values so far. */
  async #measure(): Promise<void> {
    const state = this.#state;
    const { dev, definition, parameters, settings } = this.parts;
    if (state.measuredStep === state.stepsDone) return;
    let figures: DevFigures | undefined;
    if (dev !== undefined) {
      const { numOutputs, calibration } = definition;
      const logits = await this.trainer.logits(dev.cache);
      figures = devMetric(logits, dev.labels!, numOutputs, calibration.temperature);
      const agreement = dev.targetLogits && logitAgreement(logits, dev.targetLogits);
      if (agreement !== undefined) figures.agreement = agreement;
    }
    state.measuredStep = state.stepsDone;
    state.measured = figures ?? null;
    const best = state.best?.dev;
    // Without dev examples the last values count as best; a tie goes to the earlier ones.
    if (figures !== undefined && best !== undefined && !(figures.value > best.value)) {
      state.numWorse++;
      return;
    }
    state.numWorse = 0;
    state.best = { epoch: state.epoch, step: state.stepsDone, dev: figures };
    const isLast = state.epoch === settings.epochs && dev === undefined;
    this.#best = isLast ? parameters : copyParameters(parameters);
  }

  async #endEpoch(): Promise<void> {
    const { settings, progress, dev } = this.parts;
    const state = this.#state;
    const isLast = state.epoch === settings.epochs;
    if (dev !== undefined || isLast) await this.#measure();
    const loss = state.lossSum / state.numExamples;
    state.epochs.push({ epoch: state.epoch, loss, dev: state.measured ?? undefined });
    progress.note(describeEpoch(settings.epochs, state.epochs[state.epochs.length - 1]));
    if (!isLast && this.#isStale()) {
      progress.note(`distill: stopped: nothing better since update ${state.best!.step}`);
    }
    state.epoch++;
    state.batchesDone = 0;
    state.lossSum = 0;
    state.numExamples = 0;
    await this.#keepIfDue();
  }

  #isStale(): boolean {
    const { patience } = this.parts.settings;
    return patience > 0 && this.#state.numWorse >= patience;
  }

  async #keepIfDue(): Promise<void> {
    const { checkpoints, settings, parameters } = this.parts;
    if (performance.now() - this.#keptMs < settings.checkpointSeconds * 1000) return;
    const { stepsDone, epochs, best } = this.#state;
    await checkpoints?.write({
      name: `${stepsDone}-${epochs.length}`,
      parameters,
      optimizer: this.trainer.state(),
      best: this.#best,
      bestName: best === null ? '' : `${best.step}`,
      state: this.#state,
    });
    this.#keptMs = performance.now();
  }
}

function startState(): TrainingState {
  return {
    epoch: 1,
    batchesDone: 0,
    stepsDone: 0,
    lossSum: 0,
    numExamples: 0,
    epochs: [],
    best: null,
    measuredStep: 0,
    measured: null,
    numWorse: 0,
    rateFactor: 1,
  };
}

function copyParameters(parameters: Record<string, Float32Array>): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, values.slice()]),
  );
}

function describeEpoch(numEpochs: number, { epoch, loss, dev }: EpochFigures): string {
  const agreement = dev?.agreement === undefined ? '' : `, agreement ${dev.agreement.toFixed(4)}`;
  const figures = dev ? `, dev ${dev.name} ${dev.value.toFixed(4)}${agreement}` : '';
  return `epoch ${epoch} of ${numEpochs}: loss ${loss.toFixed(4)}${figures}`;
}

/** Adds what a user can do to the error of a training that went to infinity. */
function describeDivergence(error: unknown): unknown {
  if ((error as { code?: string } | undefined)?.code !== 'NOT_FINITE') return error;
  return new Bert2dnnError('NOT_FINITE', (error as Error).message, {
    hint: 'Lower --learning-rate, or look for extreme labels.',
    cause: error,
  });
}
