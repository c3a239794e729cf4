// Stage `distill`: transfer set and soft labels -> student. Reads twice (count, featurise), trains from memory, writes.
import { createStudent, type StudentDefinition } from '@bert2dnn/student';
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Json } from '../foundation/fingerprint.js';
import { checkFolderPlace } from '../foundation/folders.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import {
  calibrationTemperature,
  type LabelFolder,
  openLabelFolder,
} from '../labels/label-folder.js';
import {
  countVocabularies,
  type FeaturizedExamples,
  featurizeExamples,
  type Vocabularies,
  withVocabularySizes,
} from './featurize.js';
import { type DistillOptions, type DistillSettings, resolveSettings } from './options.js';
import { type Preset, presetDefinition } from './presets.js';
import { describeProvenance } from './provenance.js';
import { isStudentFolder, writeStudentFolder } from './student-folder.js';
import { loadTargets } from './targets.js';
import { type EpochFigures, trainStudent } from './train.js';

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
  /** Factor from the student's logit to a true probability's. */
  temperature: number;
  seconds: number;
  /** Of the epochs alone, without reading, counting and featurising. */
  examplesPerSecond: number;
}

/**
 * Trains a student and writes its folder. The same inputs, seed and options give the same bytes.
 * Memory: 4 bytes an id and block (about 250 bytes a short example), 4 to 8 bytes a label, three times the tables.
 * @throws Bert2dnnError for bad options, labels that do not fit, and NOT_FINITE if the training diverges.
 */
export async function distill(options: DistillOptions): Promise<DistillResult> {
  const startMs = performance.now();
  const { input, dev, progress = SILENT } = options;
  const settings = resolveSettings(options);
  await checkFolderPlace(options.out, isStudentFolder);
  const folder = options.labels === undefined ? undefined : await openLabelFolder(options.labels);
  const draft = draftDefinition(options, settings, folder);
  checkDev(draft, dev);
  const vocabularies = await countVocabularies(
    input,
    draft,
    { minCount: settings.minCount, maxTokens: options.maxTokens },
    progress,
  );
  const definition = withVocabularySizes(draft, vocabularies);
  const examples = await featurize(input, definition, vocabularies, progress);
  const targets = await loadTargets({
    set: input,
    hard: examples.labels,
    folder,
    numOutputs: definition.numOutputs,
    loss: settings.loss,
    hardShare: settings.hardShare,
  });
  const numTrained = targets.rows?.length ?? input.numRows;
  if (numTrained < input.numRows) {
    progress.note(`${input.numRows - numTrained} rows have no soft label and are left out`);
  }
  const devExamples = dev && (await featurize(dev, definition, vocabularies, progress));
  const trained = await trainStudent({
    definition,
    settings,
    examples,
    targets,
    devExamples,
    progress,
  });
  const provenance = await describeProvenance(options, settings, folder);
  const student = createStudent({
    definition: { ...definition, provenance: provenance.short },
    vocabularies,
    parameters: trained.parameters,
  });
  const { epochs, bestEpoch } = trained;
  const training = { ...provenance.long, epochs: epochs as unknown as Json, bestEpoch };
  const sizeBytes = await writeStudentFolder(options.out, student, training);
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
    temperature: definition.calibration.temperature,
    seconds: (performance.now() - startMs) / 1000,
    examplesPerSecond: trained.examplesPerSecond,
  };
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

async function featurize(
  set: ExampleSet,
  definition: StudentDefinition,
  vocabularies: Vocabularies,
  progress: Progress,
): Promise<FeaturizedExamples> {
  const task = progress.start('featurise', set.numRows, 'examples');
  return featurizeExamples(set, definition, vocabularies, task);
}
