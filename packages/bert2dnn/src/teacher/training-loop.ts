// The training loop of every verb that trains an encoder: epochs, updates, dev metrics, the best epoch, checkpoints.
// What a batch holds and what a metric means is the job's. Equal jobs give equal values, broken off or not.
import type { TrainingStep } from '@bert2dnn/autodiff';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Json } from '../foundation/fingerprint.js';
import { formatDuration, type Progress, type ProgressTask } from '../foundation/progress.js';
import type { LoopSettings } from './loop-settings.js';
import type { Parameters } from './parameters.js';
import { CheckpointKeeper } from './training-checkpoint.js';
import { type BatchFeeds, type BatchPlace, type UpdateResult, Updater } from './training-update.js';

/** Where a training keeps its checkpoints. */
export interface CheckpointPlace {
  /** Folder of their own, see `checkpointFolderOf`. */
  folder: string;
  /** What the training depends on beside settings and first values: data, sizes. Another one is another training. */
  identity: Json;
}

/** A training to do. `M` are the metrics of an epoch: a plain object of finite numbers and texts. */
export interface TrainingLoopJob<M> {
  /** The verb, in progress lines and errors. */
  name: string;
  /** Compiled loss and gradients; the caller releases it. */
  step: TrainingStep;
  /** First values, changed in place. */
  parameters: Parameters;
  settings: LoopSettings;
  /** Rows of an epoch, for the progress. */
  numRows: number;
  /** The micro-batches of an epoch (from 0). A pure function; every epoch has the same number of them. */
  planEpoch(epoch: number): readonly Int32Array[];
  /** A pure function of rows and place. */
  feedsOf(rows: Int32Array, place: BatchPlace): BatchFeeds;
  /** Metrics of the present values. */
  measure(): Promise<M>;
  isBetter(candidate: M, best: M): boolean;
  /** Metrics in a few words. */
  describe(metrics: M): string;
  /** Where to keep and look for checkpoints; none without. */
  checkpoint?: CheckpointPlace;
  progress: Progress;
  /** Stops between updates; what was done is in a checkpoint, if there is a place for it. */
  signal?: AbortSignal;
}

/** Figures of one epoch. */
export interface EpochResult<M> {
  /** Mean training loss, dropout included. */
  trainLoss: number;
  dev: M;
  tokensPerSecond: number;
}

/** A training done. */
export interface TrainingLoopResult<M> {
  epochs: EpochResult<M>[];
  /** Counted from 1. */
  bestEpoch: number;
  /** Values after the best epoch. */
  parameters: Parameters;
  /** Updates done, those of an earlier run included. */
  updates: number;
  /** Whether `patience` ended it before the last epoch. */
  stoppedEarly: boolean;
  /** Updates that an earlier, broken off run had done; 0 for none. */
  resumedFrom: number;
}

/** Where a training stands between two updates: plain JSON, kept in checkpoints. */
export interface LoopState<M> {
  /** The running epoch, counted from 0. */
  epoch: number;
  /** Micro-batches of it that are done. */
  batchesDone: number;
  /** Updates of the whole training that are done. */
  updatesDone: number;
  lossSum: number;
  weightSum: number;
  numTokens: number;
  /** Time of the running epoch so far, for the speed alone. */
  seconds: number;
  /** Finished epochs. */
  epochs: EpochResult<M>[];
  /** Counted from 1; 0 before the first epoch has ended. */
  bestEpoch: number;
}

/**
 * Trains, and gives the values after the epoch with the best metrics.
 * The caller removes the checkpoints once the result is in place (`removeCheckpoints`).
 * @throws Bert2dnnError NOT_FINITE naming update and tensor, INTERRUPTED.
 */
export async function runTrainingLoop<M>(job: TrainingLoopJob<M>): Promise<TrainingLoopResult<M>> {
  return new TrainingLoop(job).run();
}

/** Steps through the epochs of a job. */
class TrainingLoop<M> {
  readonly #job: TrainingLoopJob<M>;
  readonly #updater: Updater;
  readonly #checkpoints: CheckpointKeeper<LoopState<M>> | undefined;
  readonly #batchesPerEpoch: number;
  readonly #totalUpdates: number;
  #state: LoopState<M> = { ...startOfEpoch(0), updatesDone: 0, epochs: [], bestEpoch: 0 };
  #best: Parameters = {};
  /** Mean loss of the last updates, for the progress alone. */
  #smoothedLoss: number | undefined;

  constructor(job: TrainingLoopJob<M>) {
    const { name, step, parameters, settings, checkpoint, progress } = job;
    this.#job = job;
    this.#batchesPerEpoch = job.planEpoch(0).length;
    this.#totalUpdates = Math.ceil(this.#batchesPerEpoch / settings.accumulate) * settings.epochs;
    this.#updater = new Updater({
      name,
      step,
      parameters,
      settings,
      totalUpdates: this.#totalUpdates,
    });
    this.#checkpoints =
      checkpoint === undefined || settings.checkpointSteps === 0
        ? undefined
        : new CheckpointKeeper({ name, parameters, settings, progress, ...checkpoint });
  }

  async run(): Promise<TrainingLoopResult<M>> {
    const { settings } = this.#job;
    const resumedFrom = await this.#resume();
    while (this.#state.epoch < settings.epochs && !this.#isStale()) {
      await this.#runEpoch();
      await this.#endEpoch();
    }
    const { epochs, bestEpoch, updatesDone } = this.#state;
    return {
      epochs,
      bestEpoch,
      parameters: this.#best,
      updates: updatesDone,
      stoppedEarly: epochs.length < settings.epochs,
      resumedFrom,
    };
  }

  /** Goes on from the last checkpoint, if there is one; gives the updates that it had done. */
  async #resume(): Promise<number> {
    const found = await this.#checkpoints?.read();
    if (found === undefined) return 0;
    const { parameters, progress, name, settings } = this.#job;
    for (const [place, values] of Object.entries(found.parameters)) parameters[place].set(values);
    this.#updater.restore(found.optimizer);
    this.#state = found.state;
    this.#best = found.best;
    const { updatesDone, epoch } = this.#state;
    const where = `epoch ${Math.min(epoch + 1, settings.epochs)} of ${settings.epochs}`;
    progress.note(
      `${name}: goes on from a checkpoint: update ${updatesDone} of ${this.#totalUpdates}, ${where}`,
    );
    return updatesDone;
  }

  /** Whether the last epochs brought nothing better. */
  #isStale(): boolean {
    const { patience } = this.#job.settings;
    const { epochs, bestEpoch } = this.#state;
    return patience > 0 && epochs.length - bestEpoch >= patience;
  }

  async #runEpoch(): Promise<void> {
    const { settings, numRows, progress, name } = this.#job;
    const { epoch, batchesDone } = this.#state;
    const batches = this.#job.planEpoch(epoch);
    if (batches.length !== this.#batchesPerEpoch) {
      throw new RangeError(
        `${name}: epoch ${epoch + 1} has ${batches.length} batches, the first ${this.#batchesPerEpoch}`,
      );
    }
    const rowsDone = countRows(batches.slice(0, batchesDone));
    const task = progress.start(`${name} ${epoch + 1}/${settings.epochs}`, numRows - rowsDone);
    const startMs = performance.now() - this.#state.seconds * 1000;
    while (this.#state.batchesDone < batches.length) {
      await this.#throwIfAborted();
      const done = this.#state.batchesDone;
      const group = batches.slice(done, done + settings.accumulate);
      const result = await this.#runUpdate(group);
      this.#state.seconds = (performance.now() - startMs) / 1000;
      this.#report(task, countRows(group), result);
      const isEpochDone = this.#state.batchesDone >= batches.length;
      const isDue = this.#state.updatesDone % settings.checkpointSteps === 0;
      if (isDue && !isEpochDone) await this.#keep();
    }
    task.done();
  }

  async #runUpdate(group: readonly Int32Array[]): Promise<UpdateResult> {
    const state = this.#state;
    const { epoch, batchesDone } = state;
    const update = state.updatesDone + 1;
    const feeds = group.map((rows, part) => this.#job.feedsOf(rows, { epoch, update, part }));
    const firstCounter = epoch * this.#batchesPerEpoch + batchesDone + 1;
    const result = await this.#updater.run(feeds, { update, firstCounter });
    state.updatesDone = update;
    state.batchesDone += group.length;
    state.lossSum += result.lossSum;
    state.weightSum += result.weightSum;
    state.numTokens += result.numTokens;
    return result;
  }

  /** Measures, remembers the best values, says how it went and keeps a checkpoint. */
  async #endEpoch(): Promise<void> {
    const { job, state } = { job: this.#job, state: this.#state };
    const startMs = performance.now();
    const dev = await job.measure();
    const measureSeconds = (performance.now() - startMs) / 1000;
    const trainLoss = state.lossSum / state.weightSum;
    const tokensPerSecond = Math.round(state.numTokens / state.seconds);
    const best = state.epochs[state.bestEpoch - 1];
    const isBest = best === undefined || job.isBetter(dev, best.dev);
    const epochs = [...state.epochs, { trainLoss, dev, tokensPerSecond }];
    if (isBest) this.#best = copyParameters(job.parameters);
    const epochSeconds = state.seconds + measureSeconds;
    this.#state = {
      ...startOfEpoch(state.epoch + 1),
      updatesDone: state.updatesDone,
      epochs,
      bestEpoch: isBest ? epochs.length : state.bestEpoch,
    };
    job.progress.note(this.#describeEpoch(epochSeconds));
    await this.#keep();
  }

  #describeEpoch(epochSeconds: number): string {
    const { epochs, bestEpoch } = this.#state;
    const { settings, describe } = this.#job;
    const { trainLoss, dev } = epochs[epochs.length - 1];
    const head = `epoch ${epochs.length}: loss ${trainLoss.toFixed(4)}, ${describe(dev)}`;
    const numLeft = settings.epochs - epochs.length;
    if (numLeft === 0) return head;
    if (this.#isStale()) return `${head}; stopped: nothing better since epoch ${bestEpoch}`;
    return `${head}; about ${formatDuration(numLeft * epochSeconds)} left`;
  }

  async #keep(): Promise<void> {
    const { parameters } = this.#job;
    await this.#checkpoints?.write({
      name: `${this.#state.updatesDone}-${this.#state.epochs.length}`,
      parameters,
      optimizer: this.#updater.state(),
      best: this.#best,
      bestName: this.#state.bestEpoch === 0 ? '' : `${this.#state.bestEpoch}`,
      state: this.#state,
    });
  }

  async #throwIfAborted(): Promise<void> {
    const { name, signal } = this.#job;
    if (signal?.aborted !== true) return;
    if (this.#state.updatesDone > 0) await this.#keep();
    throw new Bert2dnnError('INTERRUPTED', `${name}: stopped at step ${this.#state.updatesDone}`);
  }

  #report(task: ProgressTask, numRows: number, { lossSum, weightSum }: UpdateResult): void {
    const { numTokens, seconds, updatesDone } = this.#state;
    if (weightSum > 0) {
      const loss = lossSum / weightSum;
      this.#smoothedLoss =
        this.#smoothedLoss === undefined ? loss : smooth(this.#smoothedLoss, loss);
    }
    task.advance(numRows, {
      loss: this.#smoothedLoss ?? 0,
      rate: this.#updater.rateOf(updatesDone),
      'tokens/s': Math.round(numTokens / seconds),
    });
  }
}

function startOfEpoch(epoch: number) {
  return { epoch, batchesDone: 0, lossSum: 0, weightSum: 0, numTokens: 0, seconds: 0 };
}

/** Exponential mean over about the last 20 updates. */
function smooth(mean: number, value: number): number {
  return mean + (value - mean) / 20;
}

function countRows(batches: readonly Int32Array[]): number {
  return batches.reduce((sum, rows) => sum + rows.length, 0);
}

function copyParameters(parameters: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([place, values]) => [place, values.slice()]),
  );
}
