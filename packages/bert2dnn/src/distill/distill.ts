// Stage `distill`: transfer set and soft labels -> student. Chooses the vocabularies, then trains while worker threads
// turn texts into features; goes on where a broken off run of the same command stopped.
import {
  createStudent,
  initializeParameters,
  type Student,
  type StudentDefinition,
} from '@bert2dnn/student';
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintJson, fingerprintPath, type Json } from '../foundation/fingerprint.js';
import { checkFolderPlace } from '../foundation/folders.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import { createRandom } from '../foundation/random.js';
import {
  calibrationTemperature,
  type LabelFolder,
  openLabelFolder,
  readSoftLabels,
} from '../labels/label-folder.js';
import {
  CheckpointKeeper,
  checkpointFolderOf,
  removeCheckpoints,
} from '../teacher/training-checkpoint.js';
import { BatchSource } from './batch-source.js';
import { type BlockCollisions, CollisionCount } from './collisions.js';
import { type FeatureFolder, featureFolderOf, removeFeatures } from './feature-folder.js';
import { FeatureStore } from './feature-store.js';
import { featurizeExamples, type Vocabularies, withVocabularySizes } from './featurize.js';
import { readHardLabels } from './hard-labels.js';
import { openVocabularies, shardSettingOf, stagedTextFolder } from './open-features.js';
import { type DistillOptions, type DistillSettings, resolveSettings } from './options.js';
import { type Preset, presetDefinition } from './presets.js';
import { describeProvenance, fingerprintSet, type TrainingInputs } from './provenance.js';
import { openStartStudent, startDefinition, startParameters } from './start-student.js';
import { isStudentFolder, writeStudentFolder } from './student-folder.js';
import { loadTargets, type Targets } from './targets.js';
import { openThreadedSet } from './threaded-set.js';
import {
  type DevExamples,
  type EpochFigures,
  type Trained,
  type TrainingState,
  trainStudent,
} from './train.js';

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
  epochs: EpochFigures[];
  bestEpoch: number;
  /** Updates until the values that were kept. */
  bestStep: number;
  /** Updates that an earlier, broken off run had done; 0 if there was none. */
  resumedFrom: number;
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

/** A job whose inputs are opened and checked. */
interface Job {
  options: DistillOptions;
  inputs: TrainingInputs;
  /** Sizes of list vocabularies are upper limits yet. */
  draft: StudentDefinition;
  start: Student | undefined;
  features: FeatureFolder;
  progress: Progress;
}

/**
 * Trains a student and writes its folder. The same inputs, seed and options give the same bytes, for any number of threads,
 * and broken off or not.
 * Memory: three times the tables, four with dev examples; two windows of features (`windowSize`) and a shard for each thread;
 * 4 to 8 bytes an example and output for the targets, 8 more for gold labels where they are used; counts of n-grams
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
  const numTrained = targets.rows?.length ?? input.numRows;
  if (numTrained < input.numRows) {
    job.progress.note(`${input.numRows - numTrained} rows have no soft label and are left out`);
  }
  const set = await openThreadedSet(input, {
    folder: stagedTextFolder(job),
    isSmall: input.numRows <= settings.shardExamples,
    progress: job.progress,
  });
  const vocabularies =
    job.start?.vocabularies ?? (await openVocabularies({ ...job, set, targets }));
  const definition = withVocabularySizes(job.draft, vocabularies);
  const trained = await trainOnFeatures(job, { set, definition, vocabularies, targets });
  const provenance = describeProvenance(job.inputs);
  const student = createStudent({
    definition: { ...definition, provenance: provenance.short },
    vocabularies,
    parameters: trained.parameters,
  });
  const { epochs, bestEpoch, bestStep } = trained;
  const training = { ...provenance.long, epochs: epochs as unknown as Json, bestEpoch, bestStep };
  const sizeBytes = await writeStudentFolder(options.out, student, training);
  await removeCheckpoints(checkpointFolderOf(options.out));
  await removeFeatures(job.features);
  return {
    out: options.out,
    preset: settings.preset,
    numExamples: numTrained,
    numParameters: Object.values(trained.parameters).reduce(
      (sum, values) => sum + values.length,
      0,
    ),
    sizeBytes,
    vocabularySizes: Object.fromEntries(
      Object.entries(vocabularies).map(([name, vocabulary]) => [name, vocabulary.size]),
    ),
    epochs,
    bestEpoch,
    bestStep,
    resumedFrom: trained.resumedFrom,
    collisions: trained.collisions,
    temperature: definition.calibration.temperature,
    seconds: (performance.now() - startMs) / 1000,
    examplesPerSecond: trained.examplesPerSecond,
    waitingSeconds: trained.waitingSeconds,
  };
}

async function openJob(options: DistillOptions): Promise<Job> {
  const { input, dev, progress = SILENT } = options;
  const student = options.start === undefined ? undefined : await openStartStudent(options.start);
  const settings = resolveSettings(options, student?.definition);
  await checkFolderPlace(options.out, isStudentFolder);
  const labels = options.labels === undefined ? undefined : await openLabelFolder(options.labels);
  const devLabels =
    options.devLabels === undefined ? undefined : await openLabelFolder(options.devLabels);
  const made = draftDefinition(options, settings, labels);
  const draft = student ? startDefinition(options.start!, student.definition, made, options) : made;
  checkDev(draft, dev);
  const inputs: TrainingInputs = {
    settings,
    input: await fingerprintSet(input),
    dev: dev && (await fingerprintSet(dev)),
    labels,
    devLabels,
    start: student && { path: options.start!, fingerprint: await fingerprintPath(options.start!) },
  };
  const features = featureFolderOf(options.out, options.cache);
  return { options, inputs, draft, start: student, features, progress };
}

async function openTargets({ options, inputs, draft }: Job): Promise<Targets> {
  const { labels: folder, settings } = inputs;
  const needsHard = folder === undefined || settings.hardShare > 0;
  return loadTargets({
    set: options.input,
    hard: needsHard ? await readHardLabels(options.input) : undefined,
    folder,
    numOutputs: draft.numOutputs,
    loss: settings.loss,
    hardShare: settings.hardShare,
  });
}

interface FeatureParts {
  set: ExampleSet;
  definition: StudentDefinition;
  vocabularies: Vocabularies;
  targets: Targets;
}

/** Trains while the features are made or read. */
async function trainOnFeatures(
  job: Job,
  { set, definition, vocabularies, targets }: FeatureParts,
): Promise<Trained & { collisions?: BlockCollisions[] }> {
  const { inputs, progress, start } = job;
  const { settings } = inputs;
  const setting = shardSettingOf(job, { set, definition, vocabularies });
  const collisions = new CollisionCount(definition);
  const task = progress.start('featurise', set.numRows, 'examples');
  const store = new FeatureStore(setting, {
    threads: settings.threads,
    note: progress.note,
    onShard: (shard) => {
      if (!collisions.add(shard)) return;
      task.advance(shard.numExamples);
      if (collisions.numShards === store.numShards) task.done();
    },
  });
  try {
    const batches = new BatchSource(store, {
      ...settings,
      windowBytes: settings.windowSize * 2 ** 20,
      rows: targets.rows,
    });
    const parameters = start
      ? startParameters(start)
      : initializeParameters(definition, createRandom(settings.seed, 'initialize').next);
    const trained = await trainStudent({
      definition,
      settings,
      parameters,
      batches,
      targets,
      dev: await openDev(job, definition, vocabularies),
      checkpoints: keeperOf(job, { key: setting.key, parameters, definition }),
      progress,
    });
    const isWhole = collisions.numShards === store.numShards;
    return { ...trained, collisions: isWhole ? collisions.result() : undefined };
  } finally {
    await store.close();
  }
}

function keeperOf(
  { options, inputs, progress }: Job,
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
      columns: [label, devLabel, (options.dev?.fields ?? {}) as Json],
      labels: manifest(labels),
      devLabels: manifest(devLabels),
    },
  });
}

/** The dev examples in memory, with what the teacher says of them where it was asked. */
async function openDev(
  { options: { dev }, inputs, progress }: Job,
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

function draftDefinition(
  options: DistillOptions,
  settings: DistillSettings,
  folder: LabelFolder | undefined,
): StudentDefinition {
  const { input, dev } = options;
  const label = input.label ?? dev?.label;
  const numClasses = label?.kind === 'classes' ? label.classes.length : 2;
  const numOutputs = folder?.manifest.numOutputs ?? (numClasses === 2 ? 1 : numClasses);
  if (settings.loss === 'margin-mse' && numOutputs > 1) {
    throw new Bert2dnnError('USAGE', `margin-mse needs one output, got ${numOutputs} classes`, {
      hint: 'Take --loss soft-cross-entropy.',
    });
  }
  const definition = presetDefinition(settings.preset, Object.keys(input.fields), {
    ...options,
    numOutputs,
    classes: label?.kind === 'classes' ? label.classes : undefined,
    labelRange: label?.kind === 'graded' ? label.labelRange : undefined,
  });
  const temperature = options.temperature ?? (folder ? calibrationTemperature(folder.manifest) : 1);
  return { ...definition, calibration: { temperature } };
}

function checkDev(definition: StudentDefinition, dev: ExampleSet | undefined): void {
  if (dev === undefined) return;
  const name = dev.files.join(', ');
  const fields = Object.keys(dev.fields);
  if (fields.join() !== definition.fields.join()) {
    throw new Bert2dnnError(
      'USAGE',
      `${name}: has the fields ${fields.join(', ')}, expected ${definition.fields.join(', ')} as in the input`,
    );
  }
  const { label } = dev;
  const numOutputs = label?.kind === 'classes' ? label.classes.length : 2;
  if (label === undefined || numOutputs !== Math.max(2, definition.numOutputs)) {
    throw new Bert2dnnError(
      'USAGE',
      `${name}: ${label === undefined ? 'has no label column' : `its labels do not fit a student with ${definition.numOutputs} outputs`}`,
      {
        hint: 'Dev examples need gold labels of the same task: --label, --label-range, --classes.',
      },
    );
  }
}
