// The stage `evaluate`: reads labelled examples, has the models score them and measures. Prints nothing.

import { type ExampleSet, readExamples } from '../data/examples.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import { type Measurement, measure } from './measure.js';
import { indexGroups } from './metrics/ranking.js';
import { arrangeFields } from './model-fields.js';
import { type LabelledRows, type ModelScores, positiveCut } from './scored-rows.js';
import type { Scorer } from './scorer.js';
import { readTeacherScores } from './teacher-scores.js';

export interface EvaluateOptions {
  model: Scorer;
  input: ExampleSet;
  /** A teacher to compare with: opened, or the folder of its scores of the same input. */
  teacher?: Scorer | string;
  /** Label at and above which a row is positive, in the units of the label range. Default: its upper third. */
  positive?: number;
  /** Bootstrap draws. Default 1000. */
  bootstrap?: number;
  /** Seed of the draws. Default 1. */
  seed?: number;
  progress?: Progress;
}

/** The result of the stage: what was measured, on what. */
export interface Evaluation extends Measurement {
  model: string;
  teacher?: string;
  /** The cut used, in the units of the label range; absent for classes. */
  positive?: number;
  bootstrap: number;
  seed: number;
}

/**
 * Evaluates a model on examples: gold metrics where there are labels, agreement and retention where there is a
 * teacher, each with a 95 % bootstrap interval (drawn by group where there are groups).
 * @throws Bert2dnnError COLUMN_MISSING without label and teacher or when a field is missing, LABEL_INVALID,
 *   SCORES_MISMATCH when the teacher's scores are of another input, NOT_FINITE.
 */
export async function evaluateModel(options: EvaluateOptions): Promise<Evaluation> {
  const { model, input, teacher, bootstrap = 1000, seed = 1, progress = SILENT } = options;
  if (input.label === undefined && teacher === undefined) {
    throw new Bert2dnnError(
      'COLUMN_MISSING',
      `${input.files[0]}: there is neither a label column nor a teacher, expected one of them`,
      { hint: 'Give --label COLUMN for gold metrics, or --teacher for agreement.' },
    );
  }
  const labelRange = input.label?.kind === 'graded' ? input.label.labelRange : undefined;
  const positive = positiveCut(options.positive, labelRange);
  const scorers = typeof teacher === 'object' ? [model, teacher] : [model];
  const read = await scoreExamples(input, scorers, progress);
  if (typeof teacher === 'string') read.scores.push(await readTeacherScores(teacher, input));
  const { rows, scores, numUnlabelled } = keepLabelled(read.rows, read.scores);
  const [modelScores, teacherScores] = scores;
  const measurement = measure({
    rows,
    model: modelScores,
    teacher: teacherScores,
    positive,
    numResamples: bootstrap,
    seed,
    progress,
  });
  if (numUnlabelled > 0) measurement.notes.push(`${numUnlabelled} rows without a label left out`);
  const [low, high] = labelRange ?? [0, 1];
  return {
    model: model.name,
    ...(teacherScores && { teacher: teacherScores.name }),
    ...(rows.classes === undefined && { positive: low + positive * (high - low) }),
    bootstrap,
    seed,
    ...measurement,
  };
}

interface ScoredExamples {
  rows: LabelledRows;
  scores: ModelScores[];
}

/** Reads all rows and has each scorer score them; texts are dropped batch by batch. */
async function scoreExamples(
  input: ExampleSet,
  scorers: readonly Scorer[],
  progress: Progress,
): Promise<ScoredExamples> {
  const { numRows, label } = input;
  const arranged = scorers.map((scorer) => arrangeFields(scorer, input));
  const logits = scorers.map((scorer) => new Float32Array(numRows * scorer.numOutputs));
  const labels = label && new Float64Array(numRows);
  const groups: string[] = [];
  const task = progress.start('evaluate', numRows);
  for await (const batch of readExamples(input)) {
    if (batch.labels !== undefined) labels?.set(batch.labels, batch.start);
    for (const group of batch.groups ?? []) groups.push(group);
    for (const [index, scorer] of scorers.entries()) {
      const texts = arranged[index].map((field) => batch.fields[field]);
      logits[index].set(await scorer.logits(texts), batch.start * scorer.numOutputs);
    }
    task.advance(batch.numRows);
  }
  task.done();
  const rows: LabelledRows = {
    numRows,
    labels,
    groups: groups.length > 0 ? indexGroups(groups) : undefined,
    ...describeTask(input, scorers),
  };
  const scores = scorers.map((scorer, index) => ({
    name: scorer.name,
    numOutputs: scorer.numOutputs,
    logits: logits[index],
    temperature: scorer.temperature,
    calibrated: scorer.calibrated,
  }));
  return { rows, scores };
}

/** Classes and label range of the rows. Two classes are a binary task: class 1 is the positive one. */
function describeTask(
  input: ExampleSet,
  scorers: readonly Scorer[],
): Pick<LabelledRows, 'classes' | 'labelRange'> {
  const { label } = input;
  if (label === undefined) return { classes: scorers.find((scorer) => scorer.classes)?.classes };
  if (label.kind === 'graded') return { labelRange: label.labelRange };
  if (label.classes.length === 2) return {};
  for (const { name, classes } of scorers) {
    if (classes === undefined || String(classes) === String(label.classes)) continue;
    throw new Bert2dnnError(
      'SCORES_MISMATCH',
      `${name}: got the classes ${classes.join(', ')}, expected ${label.classes.join(', ')}`,
      { hint: 'Give --classes in the order that the model was trained with.' },
    );
  }
  return { classes: label.classes };
}

/** Drops the rows whose label is absent (NaN). */
function keepLabelled(
  rows: LabelledRows,
  scores: readonly ModelScores[],
): ScoredExamples & { numUnlabelled: number } {
  const { labels, groups } = rows;
  const kept = [...(labels ?? []).keys()].filter((row) => !Number.isNaN(labels?.[row]));
  if (labels === undefined || kept.length === rows.numRows) {
    return { rows, scores: [...scores], numUnlabelled: 0 };
  }
  if (kept.length === 0) {
    throw new Bert2dnnError('LABEL_INVALID', 'no row has a label, expected some to evaluate on');
  }
  return {
    rows: {
      ...rows,
      numRows: kept.length,
      labels: Float64Array.from(kept, (row) => labels[row]),
      groups: groups && indexGroups(kept.map((row) => String(groups.groupOfRow[row]))),
    },
    scores: scores.map((each) => ({
      ...each,
      logits: Float32Array.from({ length: kept.length * each.numOutputs }, (_, at) => {
        const row = kept[Math.floor(at / each.numOutputs)];
        return each.logits[row * each.numOutputs + (at % each.numOutputs)];
      }),
    })),
    numUnlabelled: rows.numRows - kept.length,
  };
}
