// What a student is trained towards: soft labels of a stack, gold labels of the input, or a mix; checked.
import { type ExampleSet, requireTwoSides } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { type LabelFolder, readSoftLabels, type SoftLabels } from '../labels/label-folder.js';
import type { Loss } from './student-loss.js';

/** Targets of all examples, in input order. */
export interface Targets {
  /** [N, C]: labels in 0..1, or logits for `margin-mse`. */
  targets: Float32Array;
  /** Rows to train on; absent: all. Others have no soft label, because a teacher failed on them, or do not count. */
  rows?: Int32Array;
  /** [N], how much each row counts; the mean over the rows to train on is 1. Absent: all count the same. */
  weights?: Float32Array;
  /** [N], for `margin-mse` with hard labels: 0 where a row has none. */
  hardLabels?: Float32Array;
  /** [N], share of the hard loss of each row. */
  hardShares?: Float32Array;
}

/** What targets are made of. */
export interface TargetSources {
  set: ExampleSet;
  /** Gold labels [N] of the input, NaN for none. */
  hard: Float32Array | undefined;
  folder: LabelFolder | undefined;
  numOutputs: number;
  loss: Loss;
  /** Share of the hard loss on rows that have a gold label, 0..1. */
  hardShare: number;
}

/** Fewest examples that a training accepts. */
const MIN_EXAMPLES = 10;

/**
 * Reads, checks and mixes the labels.
 * @throws Bert2dnnError TOO_FEW_EXAMPLES, LABELS_ONE_SIDED, LABEL_INVALID, SCORES_MISMATCH, USAGE.
 */
export async function loadTargets(sources: TargetSources): Promise<Targets> {
  const { set, folder, hard, numOutputs, loss, hardShare } = sources;
  if (set.numRows < MIN_EXAMPLES) {
    throw new Bert2dnnError(
      'TOO_FEW_EXAMPLES',
      `${set.files.join(', ')}: got ${set.numRows} examples, expected at least ${MIN_EXAMPLES}`,
    );
  }
  if (folder === undefined) return hardTargets(sources);
  if (hardShare > 0 && !hard?.some((label) => !Number.isNaN(label))) {
    throw new Bert2dnnError('USAGE', `hardShare is ${hardShare} but no example has a gold label`, {
      hint: 'Name the label column with --label, or leave --hard-share out.',
    });
  }
  const soft = await readSoftLabels(folder, set);
  requireSpread(folder.path, soft.labels, numOutputs);
  const rows = labelledRows(folder, soft.labels);
  if (loss === 'margin-mse') return { ...marginTargets(soft, hard, hardShare), rows };
  if (hardShare > 0) mixLabels(soft.labels, hard!, numOutputs, hardShare);
  return { targets: soft.labels, rows };
}

/** Rows that have a soft label, where not all have. @throws Bert2dnnError TOO_FEW_EXAMPLES. */
function labelledRows(
  { path, manifest }: LabelFolder,
  labels: Float32Array,
): Int32Array | undefined {
  const { numOutputs, numUnlabelled } = manifest;
  if (numUnlabelled === undefined) return undefined;
  const all = Int32Array.from({ length: labels.length / numOutputs }, (_, row) => row);
  const rows = all.filter((row) => !Number.isNaN(labels[row * numOutputs]));
  if (rows.length >= MIN_EXAMPLES) return rows;
  throw new Bert2dnnError(
    'TOO_FEW_EXAMPLES',
    `${path}: got ${rows.length} examples with a soft label, expected at least ${MIN_EXAMPLES}`,
  );
}

/** Gold labels alone. */
function hardTargets({ set, hard, numOutputs, loss }: TargetSources): Targets {
  const name = set.files.join(', ');
  if (hard === undefined) {
    throw new Bert2dnnError('USAGE', `${name}: no labels to learn from`, {
      hint: 'Give --labels the --out folder of `stack`, or name the label column with --label.',
    });
  }
  if (loss === 'margin-mse') {
    throw new Bert2dnnError('USAGE', 'margin-mse needs the margins of a teacher, got gold labels', {
      hint: 'Give --labels the --out folder of `stack`, or take --loss soft-cross-entropy.',
    });
  }
  const missing = hard.findIndex((label) => Number.isNaN(label));
  if (missing >= 0) {
    throw new Bert2dnnError('LABEL_INVALID', `${name}: row ${missing + 1} has no label`, {
      hint: 'Fill the label column, leave unlabelled files out, or give soft labels with --labels.',
    });
  }
  requireTwoSides(set);
  if (numOutputs === 1) return { targets: hard };
  const targets = new Float32Array(set.numRows * numOutputs);
  for (let row = 0; row < hard.length; row++) targets[row * numOutputs + hard[row]] = 1;
  return { targets };
}

function marginTargets(
  soft: SoftLabels,
  hard: Float32Array | undefined,
  hardShare: number,
): Targets {
  const targets = soft.targetLogits!;
  if (hardShare === 0 || hard === undefined) return { targets };
  const hasLabel = (label: number): boolean => !Number.isNaN(label);
  return {
    targets,
    hardLabels: Float32Array.from(hard, (label) => (hasLabel(label) ? label : 0)),
    hardShares: Float32Array.from(hard, (label) => (hasLabel(label) ? hardShare : 0)),
  };
}

/** labels [N, C] = (1 - share) * soft + share * hard, on rows that have a gold label. */
function mixLabels(
  labels: Float32Array,
  hard: Float32Array,
  numOutputs: number,
  hardShare: number,
): void {
  for (let row = 0; row < hard.length; row++) {
    if (Number.isNaN(hard[row])) continue;
    for (let c = 0; c < numOutputs; c++) {
      const gold = numOutputs === 1 ? hard[row] : hard[row] === c ? 1 : 0;
      const index = row * numOutputs + c;
      labels[index] = (1 - hardShare) * labels[index] + hardShare * gold;
    }
  }
}

/** Refuses soft labels that say the same of every example. @throws Bert2dnnError LABELS_ONE_SIDED. */
function requireSpread(name: string, labels: Float32Array, numOutputs: number): void {
  let first = 0;
  while (first < labels.length && Number.isNaN(labels[first])) first += numOutputs;
  for (let index = first + numOutputs; index < labels.length; index++) {
    if (Math.abs(labels[index] - labels[first + (index % numOutputs)]) > 1e-6) return;
  }
  const all = numOutputs === 1 ? `${labels[first]}` : `of one class`;
  throw new Bert2dnnError(
    'LABELS_ONE_SIDED',
    `${name}: every label is ${all}, expected positive and negative examples`,
    { hint: 'A student cannot learn from one side only. Check the teacher and what it scored.' },
  );
}
