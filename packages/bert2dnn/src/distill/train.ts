// Training from featurised examples to the parameters of the best epoch. Reads and writes no files.
import { Session, TrainingStep } from '@bert2dnn/autodiff';
import { initializeParameters, type StudentDefinition } from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Progress } from '../foundation/progress.js';
import { createRandom } from '../foundation/random.js';
import { type DevMetric, devMetric } from './dev-metric.js';
import type { FeaturizedExamples } from './featurize.js';
import type { DistillSettings } from './options.js';
import { buildStudentGraph } from './student-graph.js';
import type { Targets } from './targets.js';
import { Trainer } from './trainer.js';

/** Figures of one epoch. */
export interface EpochFigures {
  epoch: number;
  /** Mean training loss. */
  loss: number;
  dev?: DevMetric;
}

/** What is trained, on what. */
export interface TrainingParts {
  definition: StudentDefinition;
  settings: DistillSettings;
  examples: FeaturizedExamples;
  targets: Targets;
  devExamples: FeaturizedExamples | undefined;
  progress: Progress;
}

/** A finished training. */
export interface Trained {
  /** Of the best epoch. */
  parameters: Record<string, Float32Array>;
  epochs: EpochFigures[];
  bestEpoch: number;
  examplesPerSecond: number;
}

/**
 * Trains from seeded first values and keeps the parameters of the epoch that is best on the dev examples (of the last
 * one, without them).
 * @throws Bert2dnnError NOT_FINITE naming step and tensor if the training diverges.
 */
export async function trainStudent(parts: TrainingParts): Promise<Trained> {
  const { definition, settings, targets } = parts;
  const { threads } = settings;
  const random = createRandom(settings.seed, 'initialize');
  const parameters = initializeParameters(definition, random.next);
  const graph = buildStudentGraph(definition, settings.loss, targets.hardShares !== undefined);
  const step = await TrainingStep.create({
    loss: graph.loss,
    parameters: graph.parameters,
    extraGradients: graph.vectors,
    threads,
    // Between two runs the tables' threads need the processors.
    waiting: 'sleep',
  });
  const session = await Session.create({ logits: graph.logits }, { threads });
  const trainer = new Trainer({ definition, parameters, step, session }, settings);
  try {
    return await trainEpochs(parts, trainer, parameters);
  } catch (error) {
    throw describeDivergence(error);
  } finally {
    await trainer.release();
    await step.release();
    await session.release();
  }
}

async function trainEpochs(
  { definition, settings, examples, targets, devExamples, progress }: TrainingParts,
  trainer: Trainer,
  parameters: Record<string, Float32Array>,
): Promise<Trained> {
  const epochs: EpochFigures[] = [];
  let best: { epoch: number; value: number; parameters: Record<string, Float32Array> } | undefined;
  let seconds = 0;
  const numTrained = targets.rows?.length ?? examples.cache.numExamples;
  for (let epoch = 1; epoch <= settings.epochs; epoch++) {
    const task = progress.start(`epoch ${epoch}/${settings.epochs}`, numTrained, 'examples');
    const epochMs = performance.now();
    const loss = await trainer.trainEpoch(
      epoch,
      examples.cache,
      targets,
      (numExamples, batchLoss) => task.advance(numExamples, { loss: batchLoss }),
    );
    seconds += (performance.now() - epochMs) / 1000;
    task.done();
    const dev = devExamples && (await measureDev(trainer, devExamples, definition));
    epochs.push({ epoch, loss, dev });
    progress.note(describeEpoch(settings.epochs, epochs.at(-1)!));
    // Without dev examples the last epoch counts as best; a tie goes to the earlier one.
    if (best === undefined || dev === undefined || dev.value > best.value) {
      const isLast = epoch === settings.epochs;
      const kept = isLast || dev === undefined ? parameters : copyParameters(parameters);
      best = { epoch, value: dev?.value ?? 0, parameters: kept };
    }
  }
  const examplesPerSecond = (numTrained * settings.epochs) / seconds;
  return { parameters: best!.parameters, epochs, bestEpoch: best!.epoch, examplesPerSecond };
}

async function measureDev(
  trainer: Trainer,
  { cache, labels }: FeaturizedExamples,
  { numOutputs, calibration }: StudentDefinition,
): Promise<DevMetric> {
  return devMetric(await trainer.logits(cache), labels!, numOutputs, calibration.temperature);
}

function copyParameters(parameters: Record<string, Float32Array>): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, values.slice()]),
  );
}

function describeEpoch(numEpochs: number, { epoch, loss, dev }: EpochFigures): string {
  const figures = dev ? `, dev ${dev.name} ${dev.value.toFixed(4)}` : '';
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
