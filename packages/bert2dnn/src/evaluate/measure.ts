// Metrics with intervals from labels and scores in memory: gold, agreement and retention, on the same draws.

import { POSITIVE_LABEL } from '../data/positive-label.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import { prepareAgreement } from './agreement.js';
import {
  type Interval,
  percentileInterval,
  resampleStatistics,
  type Statistic,
} from './bootstrap.js';
import {
  BINARY_METRICS,
  CLASS_METRICS,
  type MetricDefinition,
  prepareTruth,
  type Truth,
} from './metric-table.js';
import {
  type LabelledRows,
  type ModelScores,
  prepareScores,
  type ScoredRows,
} from './scored-rows.js';

export interface MeasureOptions {
  rows: LabelledRows;
  model: ModelScores;
  /** The teacher's scores of the same rows. */
  teacher?: ModelScores;
  /** Cut in 0..1 at and above which a label is positive. Default: 2/3, the upper third. */
  positive?: number;
  /** Bootstrap draws. Default 1000; more narrows the noise of the interval's ends, time grows with it. */
  numResamples?: number;
  /** Seed of the draws. Default 1. Equal seeds give equal draws, so systems can be compared row by row. */
  seed?: number;
  progress?: Progress;
}

/** Metrics of one model. Gold is against labels, agreement against the teacher, retention their ratio. */
export interface Measurement {
  rows: number;
  /** How many groups were drawn as wholes; `null` when rows were drawn. */
  groups: number | null;
  /** How many rows are positive; `null` for classes or without labels. */
  positives: number | null;
  /**
   * Probability at and above which gold accuracy decides a row positive: .5 for labels 0 and 1; for grades midway
   * between the lowest positive and the highest negative one. `null` for classes or without labels.
   */
  threshold: number | null;
  gold: Record<string, Interval>;
  /** The teacher's gold metrics on the same rows. */
  teacherGold?: Record<string, Interval>;
  agreement?: Record<string, Interval>;
  /** Model's gold metric / teacher's, paired draw by draw, for metrics of which more is better. */
  retention?: Record<string, Interval>;
  /** What was left out, and why. */
  notes: string[];
}

/**
 * Measures a model on rows in memory.
 * @throws Bert2dnnError NOT_FINITE for a logit that is no number, SCORES_MISMATCH when model, teacher and labels
 *   do not have the same rows or classes.
 */
export function measure(options: MeasureOptions): Measurement {
  const { rows, positive = POSITIVE_LABEL } = options;
  checkShape(options.model, rows);
  if (options.teacher !== undefined) checkShape(options.teacher, rows);
  const truth = prepareTruth(rows, positive);
  const model = prepareScores(options.model);
  const teacher = options.teacher && prepareScores(options.teacher);
  const notes: string[] = [];
  if (truth === undefined) notes.push('gold metrics left out: the input has no label column');
  const sampled = sample(
    {
      ...prefixed('gold', prepareGold(model, truth, notes)),
      ...(teacher && prefixed('teacherGold', prepareGold(teacher, truth, []))),
      ...(teacher && prefixed('agreement', prepareAgreement(model, teacher))),
    },
    options,
  );
  noteUndefined(sampled.values, notes);
  const binary = truth !== undefined && truth.classes === undefined;
  return {
    rows: rows.numRows,
    groups: rows.groups?.numGroups ?? null,
    positives: binary ? truth.positives.reduce((sum, each) => sum + each, 0) : null,
    threshold: binary ? truth.threshold : null,
    gold: intervalsOf('gold', sampled),
    ...(teacher && {
      teacherGold: intervalsOf('teacherGold', sampled),
      agreement: intervalsOf('agreement', sampled),
      retention: retain(tableFor(rows), sampled),
    }),
    notes,
  };
}

/** Statistics on the rows themselves and, where that is a number, on every draw; by `section name`. */
interface Sampled {
  values: Record<string, number>;
  samples: Record<string, Float64Array>;
}

function sample(statistics: Record<string, Statistic>, options: MeasureOptions): Sampled {
  const { rows, numResamples = 1000, seed = 1, progress = SILENT } = options;
  const values: Record<string, number> = {};
  const defined: Record<string, Statistic> = {};
  for (const [name, statistic] of Object.entries(statistics)) {
    values[name] = statistic();
    if (Number.isFinite(values[name])) defined[name] = statistic;
  }
  const task = progress.start('bootstrap', numResamples, 'draws');
  const samples = resampleStatistics(defined, {
    numRows: rows.numRows,
    groups: rows.groups,
    numResamples,
    seed,
    onDraw: () => task.advance(1),
  });
  task.done();
  return { values, samples };
}

function intervalsOf(section: string, { values, samples }: Sampled): Record<string, Interval> {
  const named = Object.keys(samples).filter((name) => name.startsWith(`${section} `));
  return Object.fromEntries(
    named.map((name) => [
      name.slice(section.length + 1),
      percentileInterval(values[name], samples[name]),
    ]),
  );
}

/** Prepares every gold metric that the rows define; says in `notes` which were left out. */
function prepareGold(
  scores: ScoredRows,
  truth: Truth | undefined,
  notes: string[],
): Record<string, Statistic> {
  const statistics: Record<string, Statistic> = {};
  if (truth === undefined) return statistics;
  const uncalibrated: string[] = [];
  for (const metric of truth.classes === undefined ? BINARY_METRICS : CLASS_METRICS) {
    if (metric.ofProbability && !scores.calibrated) {
      uncalibrated.push(metric.name);
      continue;
    }
    const statistic = metric.prepare(scores, truth);
    if (statistic !== undefined) statistics[metric.name] = statistic;
    // The range's own metric and those of groups say nothing to a user who has neither.
    else if (metric.name === 'auc' || metric.name === 'prAuc') notes.push(leftOut(metric));
  }
  if (uncalibrated.length > 0) {
    notes.push(
      `${uncalibrated.join(', ')} left out: ${scores.name} ranks, it gives no probability`,
    );
  }
  return statistics;
}

function noteUndefined(values: Record<string, number>, notes: string[]): void {
  for (const [key, value] of Object.entries(values)) {
    if (Number.isFinite(value)) continue;
    const [section, name] = key.split(' ');
    if (section === 'gold') {
      const metric = [...BINARY_METRICS, ...CLASS_METRICS].find((each) => each.name === name);
      if (metric !== undefined) notes.push(leftOut(metric));
    } else if (section === 'agreement') {
      notes.push(`agreement ${name} left out: one of the two models always says the same`);
    }
  }
}

function leftOut(metric: MetricDefinition): string {
  return `${metric.name} left out: it needs ${metric.needs}`;
}

/** Ratios of the model's metrics to the teacher's, paired by draw; those with a teacher at or below 0 are left out. */
function retain(
  table: readonly MetricDefinition[],
  { values, samples }: Sampled,
): Record<string, Interval> {
  const retention: Record<string, Interval> = {};
  for (const { name, better } of table) {
    const own = samples[`gold ${name}`];
    const teachers = samples[`teacherGold ${name}`];
    if (better === 'lower' || own === undefined || teachers === undefined) continue;
    if (values[`teacherGold ${name}`] <= 0) continue;
    const ratios = own.map((value, draw) => value / teachers[draw]);
    const value = values[`gold ${name}`] / values[`teacherGold ${name}`];
    retention[name] = percentileInterval(value, ratios);
  }
  return retention;
}

function tableFor(rows: LabelledRows): readonly MetricDefinition[] {
  return rows.classes === undefined ? BINARY_METRICS : CLASS_METRICS;
}

function prefixed(
  prefix: string,
  statistics: Record<string, Statistic>,
): Record<string, Statistic> {
  return Object.fromEntries(
    Object.entries(statistics).map(([name, statistic]) => [`${prefix} ${name}`, statistic]),
  );
}

function checkShape(scores: ModelScores, rows: LabelledRows): void {
  const numOutputs = rows.classes === undefined ? scores.numOutputs : rows.classes.length;
  if (scores.logits.length !== rows.numRows * scores.numOutputs) {
    throw new Bert2dnnError(
      'SCORES_MISMATCH',
      `${scores.name}: got ${scores.logits.length / scores.numOutputs} scored rows, expected ${rows.numRows}`,
      { hint: 'Scores and examples must be of the same input, in the same order.' },
    );
  }
  const labelled = rows.labels !== undefined;
  if (scores.numOutputs !== numOutputs || (labelled && !rows.classes && scores.numOutputs > 1)) {
    throw new Bert2dnnError(
      'SCORES_MISMATCH',
      `${scores.name}: got ${scores.numOutputs} outputs, expected ${rows.classes?.length ?? 1} for these labels`,
      { hint: 'Evaluate a model on labels of the task that it was trained for.' },
    );
  }
}
