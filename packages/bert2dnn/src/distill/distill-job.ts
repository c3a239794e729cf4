// What a distillation works on: options, inputs and the student to be, opened and checked before any work begins.
import type { Student, StudentDefinition } from '@bert2dnn/student';
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintPath } from '../foundation/fingerprint.js';
import { checkFolderPlace } from '../foundation/folders.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import {
  calibrationTemperature,
  type LabelFolder,
  openLabelFolder,
} from '../labels/label-folder.js';
import { type FeatureFolder, featureFolderOf } from './feature-folder.js';
import { readHardLabels } from './hard-labels.js';
import { type DistillOptions, type DistillSettings, resolveSettings } from './options.js';
import { presetDefinition } from './presets.js';
import { fingerprintSet, type TrainingInputs } from './provenance.js';
import { weighTargets } from './row-weights.js';
import { openStartStudent, startDefinition } from './start-student.js';
import { isStudentFolder } from './student-folder.js';
import { loadTargets, type Targets } from './targets.js';

/** A job whose inputs are opened and checked. */
export interface DistillJob {
  options: DistillOptions;
  inputs: TrainingInputs;
  /** Sizes of list vocabularies are upper limits yet. */
  draft: StudentDefinition;
  start: Student | undefined;
  features: FeatureFolder;
  progress: Progress;
}

/** Opens and checks everything that a job needs. @throws as `distill` */
export async function openJob(options: DistillOptions): Promise<DistillJob> {
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

/** What the student is trained towards, for every row. @throws as `loadTargets` */
export async function openTargets({ options, inputs, draft }: DistillJob): Promise<Targets> {
  const { labels: folder, settings } = inputs;
  const { numOutputs } = draft;
  const { loss, hardShare, classWeights } = settings;
  const needsHard = folder === undefined || hardShare > 0;
  const set = options.input;
  const hard = needsHard ? await readHardLabels(set) : undefined;
  const targets = await loadTargets({ set, hard, folder, numOutputs, loss, hardShare });
  const learnt = folder === undefined ? hard : undefined;
  return weighTargets({ set, targets, hard: learnt, numOutputs, loss, classWeights });
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
  if (settings.ranking !== undefined && numOutputs > 1) {
    throw new Bert2dnnError('USAGE', `ranking needs one output, got ${numOutputs} classes`, {
      hint: 'Leave --ranking out.',
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
