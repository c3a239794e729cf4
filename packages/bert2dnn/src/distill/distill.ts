// Stage `distill`: transfer set and soft labels -> student. Chooses the vocabularies, then trains while worker threads
// turn texts into features; goes on where a broken off run of the same command stopped.
import { createStudent, quantizeStudent, type StudentDefinition } from '@bert2dnn/student';
import type { ExampleSet } from '../data/index.js';
import { fingerprintJson, type Json } from '../foundation/fingerprint.js';
import { type LabelFolder, readSoftLabels } from '../labels/label-folder.js';
import {
  CheckpointKeeper,
  checkpointFolderOf,
  removeCheckpoints,
} from '../teacher/training-checkpoint.js';
import { BatchSource } from './batch-source.js';
import { type BlockCollisions, CollisionCount } from './collisions.js';
import { type DistillJob, openJob, openTargets } from './distill-job.js';
import { removeFeatures } from './feature-folder.js';
import { FeatureStore } from './feature-store.js';
import { featurizeExamples, type Vocabularies } from './featurize.js';
import { firstParameters } from './first-parameters.js';
import { shardSettingOf, stagedTextFolder } from './open-features.js';
import { choosePrecision, openStructure } from './open-structure.js';
import type { DistillOptions } from './options.js';
import type { Preset } from './presets.js';
import { describeProvenance, type TrainingInputs } from './provenance.js';
import type { ShardSetting } from './shard-maker.js';
import { startParameters } from './start-student.js';
import { writeStudentFolder } from './student-folder.js';
import type { Targets } from './targets.js';
import { openThreadedSet } from './threaded-set.js';
import {
  type DevExamples,
  type EpochFigures,
  type Trained,
  type TrainingState,
  trainStudent,
} from './train.js';
import { type PrunableStudent, UsedRows } from './used-rows.js';

/** What `distill` made. */
export interface DistillResult {
  out: string;
  preset: Preset;
  /** Examples that were trained on. */
  numExamples: number;
  numParameters: number;
  /** Bytes of student.json and student.safetensors. */
  sizeBytes: number;
  vocabularySizes: Record<string, number>;
  /** N-grams that were left out because no example has them that was trained on. */
  numPruned: number;
  epochs: EpochFigures[];
  bestEpoch: number;
  /** Updates until the values that were kept. */
  bestStep: number;
  /** Updates that an earlier, broken off run had done; 0 if there was none. */
  resumedFrom: number;
  /** Rates of layers and tables before their schedule: as given, or as found with `auto`. */
  learningRate: number;
  embeddingLearningRate: number;
  /** Whether they were searched for. */
  isAutoRate: boolean;
  /** Of blocks with hashed rows; absent where this run did not see every example. */
  collisions?: BlockCollisions[];
  /** Factor from the student's logit to a true probability's. */
  temperature: number;
  seconds: number;
  /** Of the epochs alone, without counting, and waiting for features in it. */
  examplesPerSecond: number;
  /** Of the epochs, spent waiting for features. */
  waitingSeconds: number;
}

/**
 * Trains a student and writes its folder. The same inputs, seed and options give the same bytes, for any number of threads,
 * and broken off or not.
 * Memory: three times the tables, four with dev examples; two windows of features (`windowSize`) and a shard for each thread;
 * 4 to 8 bytes an example and output for the targets, 4 more for gold labels where they are mixed in; counts of n-grams
 * (`maxTokens`) before the training.
 * @throws Bert2dnnError for bad options, labels that do not fit, NOT_FINITE if the training diverges, DISK_FULL: what is
 * finished is kept.
 */
export async function distill(options: DistillOptions): Promise<DistillResult> {
  const startMs = performance.now();
  const job = await openJob(options);
  const { input } = options;
  const { settings } = job.inputs;
  const targets = await openTargets(job);
  const numExamples = targets.rows?.length ?? input.numRows;
  if (numExamples < input.numRows) {
    const why = input.weight === undefined ? 'no soft label' : 'no soft label, or weight 0,';
    job.progress.note(`${input.numRows - numExamples} rows have ${why} and are left out`);
  }
  const set = await openThreadedSet(input, {
    folder: stagedTextFolder(job),
    isSmall: input.numRows <= settings.shardExamples,
    progress: job.progress,
  });
  const { definition, vocabularies } = await openStructure(job, set, targets);
  const { used, ...trained } = await trainOnFeatures(job, {
    set,
    definition,
    vocabularies,
    targets,
  });
  const student = { definition, vocabularies, parameters: trained.parameters };
  const pruned = used?.prune(student) ?? { ...student, numPruned: 0 };
  const sizeBytes = await writeStudent(job, pruned, trained);
  const { parameters: _, rateFactor, ...figures } = trained;
  return {
    ...figures,
    isAutoRate: settings.isAutoRate,
    learningRate: settings.learningRate * rateFactor,
    embeddingLearningRate: settings.embeddingLearningRate * rateFactor,
    out: options.out,
    preset: settings.preset,
    numExamples,
    numPruned: pruned.numPruned,
    numParameters: Object.values(pruned.parameters).reduce((sum, values) => sum + values.length, 0),
    sizeBytes,
    vocabularySizes: Object.fromEntries(
      Object.entries(pruned.vocabularies).map(([name, vocabulary]) => [name, vocabulary.size]),
    ),
    temperature: definition.calibration.temperature,
    seconds: (performance.now() - startMs) / 1000,
  };
}

/** Writes the folder and removes what only a broken off run would need; gives the bytes of the model. */
async function writeStudent(
  { options, inputs, features }: DistillJob,
  { definition, vocabularies, parameters }: PrunableStudent,
  trained: Trained,
): Promise<number> {
  const { epochs, bestEpoch, bestStep, rateFactor } = trained;
  const provenance = describeProvenance(inputs);
  const parts = {
    definition: { ...definition, provenance: provenance.short },
    vocabularies,
    parameters,
  };
  const student = quantizeStudent(createStudent(parts), choosePrecision(parts, inputs));
  const training = {
    ...provenance.long,
    epochs: epochs as unknown as Json,
    bestEpoch,
    bestStep,
    rateFactor,
  };
  const sizeBytes = await writeStudentFolder(options.out, student, training);
  await removeCheckpoints(checkpointFolderOf(options.out));
  await removeFeatures(features);
  return sizeBytes;
}

interface FeatureParts {
  set: ExampleSet;
  definition: StudentDefinition;
  vocabularies: Vocabularies;
  targets: Targets;
}

/** Trains while the features are made or read. */
async function trainOnFeatures(
  job: DistillJob,
  { set, definition, vocabularies, targets }: FeatureParts,
): Promise<Trained & { collisions?: BlockCollisions[]; used?: UsedRows }> {
  const { progress, start } = job;
  const { settings } = job.inputs;
  const setting = shardSettingOf(job, { set, definition, vocabularies });
  const collisions = new CollisionCount(definition);
  const used = usedRowsOf(job, definition, targets);
  const store = openStore(job, setting, { collisions, used });
  try {
    const windowBytes = settings.windowSize * 2 ** 20;
    const parameters = start ? startParameters(start) : firstParameters(definition, settings);
    const trained = await trainStudent({
      definition,
      settings,
      parameters,
      batches: new BatchSource(store, { ...settings, windowBytes, rows: targets.rows }),
      targets,
      dev: await openDev(job, definition, vocabularies),
      checkpoints: keeperOf(job, { key: setting.key, parameters, definition }),
      progress,
    });
    const isWhole = collisions.numShards === store.numShards;
    // A run that went on from a checkpoint has not met all of them.
    for (let index = 0; used !== undefined && index < store.numShards; index++) {
      if (!used.has(index)) await store.shard(index);
    }
    return { ...trained, used, ...(isWhole && { collisions: collisions.result() }) };
  } finally {
    await store.close();
  }
}

/** Where n-grams are counted on rows that are not trained on, there may be some to leave out. */
function usedRowsOf(
  { start, inputs: { settings } }: DistillJob,
  definition: StudentDefinition,
  { rows }: Targets,
): UsedRows | undefined {
  if (!settings.prune || start !== undefined || rows === undefined) return undefined;
  return new UsedRows({ definition, rows }, settings.shardExamples);
}

/** The shards of the input, each reported and looked at when it is first there. */
function openStore(
  { inputs, progress }: DistillJob,
  setting: ShardSetting,
  { collisions, used }: { collisions: CollisionCount; used: UsedRows | undefined },
): FeatureStore {
  const task = progress.start('featurise', setting.set.numRows, 'examples');
  const store = new FeatureStore(setting, {
    threads: inputs.settings.threads,
    note: progress.note,
    onShard: (shard) => {
      used?.add(shard);
      if (!collisions.add(shard)) return;
      task.advance(shard.numExamples);
      if (collisions.numShards === store.numShards) task.done();
    },
  });
  return store;
}

function keeperOf(
  { options, inputs, progress }: DistillJob,
  {
    key,
    parameters,
    definition,
  }: { key: string; parameters: Record<string, Float32Array>; definition: StudentDefinition },
) {
  const files = (set: TrainingInputs['dev']): Json =>
    set?.map(({ path: _, ...rest }) => rest) ?? [];
  const manifest = (folder: LabelFolder | undefined): Json =>
    folder === undefined ? null : fingerprintJson(folder.manifest as unknown as Json);
  const { input, dev, labels, devLabels, settings } = inputs;
  const label = (options.input.label ?? null) as unknown as Json;
  const devLabel = (options.dev?.label ?? null) as unknown as Json;
  return new CheckpointKeeper<TrainingState>({
    name: 'distill',
    parameters,
    settings: { ...settings } as unknown as { [name: string]: Json },
    progress,
    folder: checkpointFolderOf(options.out),
    identity: {
      features: key,
      definition: definition as unknown as Json,
      input: files(input),
      dev: files(dev),
      columns: [label, devLabel, (options.dev?.fields ?? {}) as Json, options.input.weight ?? null],
      labels: manifest(labels),
      devLabels: manifest(devLabels),
    },
  });
}

/** The dev examples in memory, with what the teacher says of them where it was asked. */
async function openDev(
  { options: { dev }, inputs, progress }: DistillJob,
  definition: StudentDefinition,
  vocabularies: Vocabularies,
): Promise<DevExamples | undefined> {
  if (dev === undefined) return undefined;
  const task = progress.start('featurise dev', dev.numRows, 'examples');
  const examples: DevExamples = await featurizeExamples(dev, definition, vocabularies, task);
  if (inputs.devLabels !== undefined) {
    examples.targetLogits = (await readSoftLabels(inputs.devLabels, dev)).targetLogits;
  }
  return examples;
}
