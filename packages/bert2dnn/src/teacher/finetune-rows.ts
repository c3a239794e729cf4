// The rows of a fine-tuning: read, tokenised, weighed, and checked for what is asked of them.
import { type ExampleSet, requireTwoSides } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Progress } from '../foundation/progress.js';
import { type ClassWeights, weighRows } from './class-weights.js';
import { type DevMetrics, measureDev } from './dev-metrics.js';
import { checkSelectionRule, type SelectionRule } from './epoch-choice.js';
import type { TeacherTask } from './folder-extra.js';
import type { StartModel } from './start-model.js';
import type { Tokenizer } from './tokenizer/tokenizer.js';
import { readTrainingSet, type TrainingSet, taskOf } from './training-set.js';

/** What the labels of both sets mean. @throws Bert2dnnError LABELS_ONE_SIDED, LABEL_INVALID, COLUMN_MISSING. */
export function checkTask(train: ExampleSet, dev: ExampleSet): TeacherTask {
  const task = taskOf(train);
  checkSameTask(train, dev, task);
  requireTwoSides(train);
  return task;
}

function checkSameTask(train: ExampleSet, dev: ExampleSet, task: TeacherTask): void {
  const devTask = taskOf(dev);
  const fieldsOf = (set: ExampleSet) => Object.keys(set.fields).join(', ');
  if (fieldsOf(train) !== fieldsOf(dev)) {
    throw new Bert2dnnError(
      'COLUMN_MISSING',
      `${dev.files[0]}: the fields are ${fieldsOf(dev)}, expected ${fieldsOf(train)} as in ${train.files[0]}`,
    );
  }
  const classesOf = (one: TeacherTask) =>
    one.kind === 'classes' ? one.classes.join(', ') : 'grades';
  if (classesOf(devTask) === classesOf(task)) return;
  throw new Bert2dnnError(
    'LABEL_INVALID',
    `${dev.files[0]}: the labels are ${classesOf(devTask)}, expected ${classesOf(task)} as in ${train.files[0]}`,
  );
}

/** The longest sequence to train on: as asked, unless the model has fewer positions, which is said. */
export function chooseMaxTokens(
  maxTokens: number,
  { config }: StartModel,
  progress: Progress,
): number {
  const { maxPositions } = config.encoder;
  if (maxTokens <= maxPositions) return maxTokens;
  progress.note(
    `finetune: --max-tokens ${maxTokens} is more than the model's ${maxPositions} positions; ${maxPositions} are used`,
  );
  return maxPositions;
}

/** What rows are read by. */
export interface ReadRowsOptions {
  train: ExampleSet;
  dev: ExampleSet;
  task: TeacherTask;
  tokenizer: Tokenizer;
  maxTokens: number;
  classWeights?: ClassWeights;
  selectBy?: SelectionRule;
  progress: Progress;
}

/**
 * Reads and tokenises both sets, weighs the rows to train on, and says once how many are cut.
 * @throws Bert2dnnError USAGE for a rule that the dev set cannot serve or a class that is not there, WEIGHT_INVALID.
 */
export async function readRows(
  options: ReadRowsOptions,
): Promise<{ train: TrainingSet; dev: TrainingSet }> {
  const { train, dev, task, tokenizer, maxTokens, classWeights, progress } = options;
  const trainRows = await readTrainingSet(train, { tokenizer, maxTokens });
  trainRows.weights = weighRows(trainRows, task, classWeights);
  const devRows = await readTrainingSet(dev, { tokenizer, maxTokens });
  checkSelectionRule(options.selectBy ?? 'auto', probeMetrics(devRows, task), dev.files[0]);
  const cut = [describeCut(trainRows, 'training'), describeCut(devRows, 'dev')].filter(
    (text) => text !== undefined,
  );
  if (cut.length > 0) {
    progress.note(`finetune: cut to ${maxTokens} tokens: ${cut.join(', ')} (--max-tokens)`);
  }
  return { train: trainRows, dev: devRows };
}

function describeCut({ numTruncated, texts }: TrainingSet, name: string): string | undefined {
  if (numTruncated === 0) return undefined;
  const percent = ((100 * numTruncated) / texts.numRows).toFixed(1);
  return `${numTruncated} of ${texts.numRows} ${name} rows (${percent} %)`;
}

/** Metrics of scores that differ from row to row: which figures this set can have. */
function probeMetrics(rows: TrainingSet, task: TeacherTask): DevMetrics {
  const numOutputs = task.kind === 'classes' ? task.classes.length : 1;
  const logits = Float32Array.from({ length: rows.texts.numRows * numOutputs }, (_, index) =>
    index % numOutputs === 0 ? index : 0,
  );
  return measureDev(logits, rows, { numOutputs, isGraded: task.kind === 'graded' });
}
