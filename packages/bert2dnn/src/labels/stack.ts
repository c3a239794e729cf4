// Stage `stack`: one or more teachers' logits -> one margin per example -> soft labels at a temperature.
// Teachers are averaged here, all with the same weight.
import { join } from 'node:path';
import { type ExampleColumns, openExamples, readExamples } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { writeJsonAtomically } from '../foundation/files.js';
import { fingerprintFile } from '../foundation/fingerprint.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import { marginOf } from '../teacher/margin.js';
import { LABELS_FORMAT, LABELS_VERSION, type LabelsManifest } from './label-folder.js';
import { type AveragedScores, writeLabelShards } from './label-shards.js';
import { openScoreFolder, readLogits, type ScoreFolder } from './score-folder.js';
import { fitClassTemperature, fitTemperature } from './temperature.js';

/** Options of `stackScores`. */
export interface StackOptions {
  /** Scores folders, one a teacher, all of the same input. */
  scores: readonly string[];
  /** A labelled file that is one of the scored inputs; a temperature is fitted on it. */
  labelled?: string;
  /** Columns of `labelled`. */
  labelledColumns?: ExampleColumns;
  /** T > 0, or `auto` to take the fitted one (needs `labelled`). Default 1. Larger is softer. */
  temperature?: number | 'auto';
  /**
   * Rows that a teacher failed on (`score --failed-rows skip`): `fail` refuses them, `drop` writes no label, so that
   * `distill` leaves them out. Default `fail`.
   */
  failedRows?: 'fail' | 'drop';
  out: string;
  progress?: Progress;
}

/** What `stackScores` made. */
export interface StackResult {
  numRows: number;
  numTeachers: number;
  numOutputs: number;
  temperature: number;
  /** Temperature that minimises the log loss on the labelled examples, if there were any. */
  fittedTemperature?: number;
  /** Rows without a label, because a teacher failed on them. */
  numUnlabelled: number;
  /** Mean soft label, for one output. */
  meanLabel?: number;
}

/**
 * Averages the teachers' margins (logits, for more than two classes) and writes the soft labels folder.
 * Memory: 8 bytes a row and output.
 * @throws Bert2dnnError USAGE, SCORES_MISMATCH if the teachers scored different inputs, LABELS_ONE_SIDED.
 */
export async function stackScores(options: StackOptions): Promise<StackResult> {
  const { scores, temperature = 1, out, progress = SILENT } = options;
  checkOptions(options);
  const folders: ScoreFolder[] = [];
  for (const path of scores) folders.push(await openScoreFolder(path));
  checkSameInputs(folders);
  const averaged = await averageMargins(folders, options);
  const numUnlabelled = countUnlabelled(averaged);
  const fittedTemperature =
    options.labelled === undefined
      ? undefined
      : await fitOnLabelled(folders[0], averaged, options.labelled, options.labelledColumns);
  const chosen = temperature === 'auto' ? (fittedTemperature as number) : temperature;
  const shards = await writeLabelShards(out, averaged, chosen, progress);
  const { numRows, inputs } = folders[0].manifest;
  const manifest: LabelsManifest = {
    format: LABELS_FORMAT,
    version: LABELS_VERSION,
    temperature: chosen,
    fittedTemperature,
    numRows,
    numOutputs: averaged.numOutputs,
    numUnlabelled: numUnlabelled > 0 ? numUnlabelled : undefined,
    inputs,
    teachers: folders.map(({ manifest: { teacher } }) => teacher),
    shards: shards.files,
  };
  await writeJsonAtomically(join(out, 'manifest.json'), manifest);
  return {
    numRows,
    numTeachers: folders.length,
    numOutputs: averaged.numOutputs,
    temperature: chosen,
    fittedTemperature,
    numUnlabelled,
    meanLabel: averaged.numOutputs === 1 ? shards.labelSum / (numRows - numUnlabelled) : undefined,
  };
}

function checkOptions({ scores, temperature = 1, labelled }: StackOptions): void {
  if (scores.length === 0) {
    throw new Bert2dnnError('USAGE', 'stack: no scores given, expected at least one folder', {
      hint: 'Give --scores the --out folders of `score`.',
    });
  }
  if (temperature === 'auto' && labelled === undefined) {
    throw new Bert2dnnError('USAGE', 'stack: temperature auto needs labelled examples', {
      hint: 'Give --labelled one of the scored files that has labels, or a number as --temperature.',
    });
  }
  if (temperature !== 'auto' && !(temperature > 0 && Number.isFinite(temperature))) {
    throw new Bert2dnnError('USAGE', `stack: temperature must be > 0, got ${temperature}`);
  }
}

function checkSameInputs(folders: readonly ScoreFolder[]): void {
  const [first, ...others] = folders;
  const nameOf = ({ manifest }: ScoreFolder): string =>
    manifest.inputs.map((input) => `${input.fingerprint}:${input.numRows}`).join(' ');
  for (const other of others) {
    if (nameOf(other) !== nameOf(first)) {
      throw new Bert2dnnError(
        'SCORES_MISMATCH',
        `${other.path}: scored other inputs (${other.manifest.inputs.map((input) => input.path).join(', ')}) than ${first.path} (${first.manifest.inputs.map((input) => input.path).join(', ')})`,
        { hint: 'Score the same --input, in the same order, with every teacher.' },
      );
    }
    if (outputsOf(other) !== outputsOf(first)) {
      throw new Bert2dnnError(
        'SCORES_MISMATCH',
        `${other.path}: has ${other.manifest.numOutputs} logits a row, ${first.path} has ${first.manifest.numOutputs}`,
        { hint: 'Stack teachers of the same task.' },
      );
    }
  }
}

/** Outputs after margins are taken: two logits make one margin. */
function outputsOf({ manifest }: ScoreFolder): number {
  return manifest.numOutputs <= 2 ? 1 : manifest.numOutputs;
}

async function averageMargins(
  folders: readonly ScoreFolder[],
  { failedRows, progress = SILENT }: StackOptions,
): Promise<AveragedScores> {
  const { numRows } = folders[0].manifest;
  const numOutputs = outputsOf(folders[0]);
  const values = new Float64Array(numRows * numOutputs);
  const task = progress.start('read scores', numRows * folders.length);
  for (const folder of folders) {
    for await (const batch of readLogits(folder, {
      failedRows: failedRows === 'drop' ? 'keep' : 'fail',
    })) {
      const margins =
        numOutputs === 1 ? marginOf(batch.logits, folder.manifest.numOutputs) : batch.logits;
      const start = batch.start * numOutputs;
      for (let index = 0; index < margins.length; index++) values[start + index] += margins[index];
      task.advance(batch.numRows);
    }
  }
  task.done();
  for (let index = 0; index < values.length; index++) values[index] /= folders.length;
  return { values, numOutputs };
}

/** Rows that some teacher has no logits for. @throws Bert2dnnError SCORES_MISMATCH if that is all of them. */
function countUnlabelled({ values, numOutputs }: AveragedScores): number {
  let numUnlabelled = 0;
  for (let index = 0; index < values.length; index += numOutputs) {
    if (Number.isNaN(values[index])) numUnlabelled++;
  }
  if (numUnlabelled < values.length / numOutputs) return numUnlabelled;
  throw new Bert2dnnError('SCORES_MISMATCH', `stack: none of ${numUnlabelled} rows has logits`);
}

async function fitOnLabelled(
  folder: ScoreFolder,
  { values, numOutputs }: AveragedScores,
  labelled: string,
  columns: ExampleColumns | undefined,
): Promise<number> {
  const start = await findScoredRows(folder, labelled);
  const set = await openExamples([labelled], columns, { label: true });
  if ((set.label?.kind === 'classes' ? set.label.classes.length : 2) !== Math.max(2, numOutputs)) {
    throw new Bert2dnnError(
      'SCORES_MISMATCH',
      `${labelled}: its labels do not fit teachers with ${numOutputs} outputs`,
      { hint: 'Give the same --classes as the teachers were fine-tuned with.' },
    );
  }
  const labels = new Float64Array(set.numRows);
  for await (const batch of readExamples(set)) labels.set(batch.labels!, batch.start);
  const all = values.subarray(start * numOutputs, (start + set.numRows) * numOutputs);
  // Rows that a teacher failed on have no say.
  const scored = all.filter((margin) => !Number.isNaN(margin));
  const known = labels.filter((_, row) => !Number.isNaN(all[row * numOutputs]));
  return numOutputs === 1
    ? fitTemperature(scored, known)
    : fitClassTemperature(scored, known, numOutputs);
}

/** Row at which the labelled file begins in the scores. */
async function findScoredRows({ path, manifest }: ScoreFolder, labelled: string): Promise<number> {
  const fingerprint = await fingerprintFile(labelled).catch((cause) => {
    throw new Bert2dnnError('FILE_MISSING', `${labelled}: cannot be read`, { cause });
  });
  let start = 0;
  for (const input of manifest.inputs) {
    if (input.fingerprint === fingerprint) return start;
    start += input.numRows;
  }
  throw new Bert2dnnError(
    'SCORES_MISMATCH',
    `${labelled}: is none of the files that ${path} has scores for (${manifest.inputs.map((input) => input.path).join(', ')})`,
    { hint: 'Give the labelled file to `score --input` too, beside the transfer set.' },
  );
}
