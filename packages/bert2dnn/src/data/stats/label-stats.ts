// Figures of a part's labels: how they are distributed, as classes, distinct grades or tenths of the range.
import type { Database } from '../duckdb.js';
import type { Task } from '../example-columns.js';
import { LABEL_TOLERANCE, POSITIVE_LABEL } from '../positive-label.js';
import type { StatsPart } from './part-view.js';

/** Rows by one label, or by labels in low <= label < high (the last bin includes its end). */
export interface LabelBin {
  /** The class, where labels are classes. */
  name?: string;
  /** In the range of the user's labels, 0..1 mapped back; the class's index for classes. */
  low: number;
  high: number;
  count: number;
}

/** Figures of labels. Those of clicks are rates: their range is 0..1. */
export interface LabelStats {
  /** Rows with a label. */
  rows: number;
  /** The classes; else the tenths of the range. */
  bins: LabelBin[];
  /** The different labels, where there are at most 20; absent for classes. */
  grades?: LabelBin[];
  /** In the range of the user's labels; absent for classes. */
  mean?: number;
  /** Share of the labelled rows in the upper third of the range; absent for classes. */
  positiveShare?: number;
}

/** Grades are listed one by one up to so many. */
const MOST_GRADES = 20;
const NUM_BINS = 10;

/** SQL condition of a label that counts as positive. */
export const POSITIVE_SQL = `label >= ${POSITIVE_LABEL - LABEL_TOLERANCE}`;

/** A label of 0..1 in the range that the user's labels had. */
export function labelOf(task: Task | undefined, label: number): number {
  if (task?.kind !== 'graded') return label;
  const [low, high] = task.labelRange;
  return Number((low + label * (high - low)).toPrecision(12));
}

/** Figures of a part's labels, or `undefined` if no row has one. */
export async function describeLabels(
  { relation }: StatsPart,
  task: Task | undefined,
  database: Database,
): Promise<LabelStats | undefined> {
  const labelled = `${relation} WHERE label IS NOT NULL AND NOT isnan(label)`;
  const [[rows, sum, positives]] = (await database.rows(
    `SELECT count(*)::DOUBLE, coalesce(sum(label), 0), count(*) FILTER (${POSITIVE_SQL})::DOUBLE FROM ${labelled}`,
  )) as [[number, number, number]];
  if (rows === 0) return undefined;
  if (task?.kind === 'classes') return { rows, bins: await countClasses(labelled, task, database) };
  return {
    rows,
    bins: await countTenths(labelled, task, database),
    grades: await countGrades(labelled, task, database),
    mean: labelOf(task, sum / rows),
    positiveShare: positives / rows,
  };
}

async function countClasses(
  labelled: string,
  { classes }: { classes: string[] },
  database: Database,
): Promise<LabelBin[]> {
  const counts = new Map(await countBy(database, labelled, 'label'));
  return classes.map((name, index) => ({
    name,
    low: index,
    high: index,
    count: counts.get(index) ?? 0,
  }));
}

async function countGrades(
  labelled: string,
  task: Task | undefined,
  database: Database,
): Promise<LabelBin[] | undefined> {
  // Labels that a rounding parts are one grade.
  const grades = await countBy(database, labelled, 'round(label, 9)', MOST_GRADES + 1);
  if (grades.length > MOST_GRADES) return undefined;
  return grades.map(([label, count]) => {
    const grade = Number(labelOf(task, label).toPrecision(8));
    return { low: grade, high: grade, count };
  });
}

async function countTenths(
  labelled: string,
  task: Task | undefined,
  database: Database,
): Promise<LabelBin[]> {
  // A label that lies a rounding below a bin's edge is meant to be at it.
  const tenth = `greatest(0, least(floor(label * ${NUM_BINS} + ${LABEL_TOLERANCE}), ${NUM_BINS - 1}))`;
  const counts = new Map(await countBy(database, labelled, tenth));
  return Array.from({ length: NUM_BINS }, (_, bin) => ({
    low: labelOf(task, bin / NUM_BINS),
    high: labelOf(task, (bin + 1) / NUM_BINS),
    count: counts.get(bin) ?? 0,
  }));
}

async function countBy(
  database: Database,
  relation: string,
  expression: string,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<[number, number][]> {
  return (await database.rows(
    `SELECT ${expression} AS value, count(*)::DOUBLE FROM ${relation} GROUP BY value ORDER BY value LIMIT ${limit}`,
  )) as [number, number][];
}
