// Any files that readers know as a part: Parquet as a view, text copied into the engine row by row.
import { isShareLabel } from '../class-shares.js';
import { sqlName, sqlText } from '../duckdb.js';
import type { ExampleColumns, Task } from '../example-columns.js';
import { type ExampleSet, openExamples, readExamples } from '../examples.js';
import {
  createPartView,
  FIGURE_COLUMNS,
  type RelationPlace,
  type StatsPart,
  type StatsSource,
} from './part-view.js';

/**
 * Opens files as one part, `rows`. Labels are checked as for a training, where the files have them.
 * @throws Bert2dnnError for what is missing or wrong, with its place.
 */
export async function openFiles(
  inputs: readonly string[],
  columns: ExampleColumns,
  place: RelationPlace,
): Promise<StatsSource> {
  const set = await openExamples(inputs, columns, { label: 'where-present' });
  const isParquet = set.parts.every(({ format }) => format === 'parquet');
  const part = isParquet ? await viewExamples(set, place) : await copyExamples(set, place);
  return { kind: 'files', fields: part.fields, task: taskOf(set), parts: [part] };
}

function taskOf({ label }: ExampleSet): Task | undefined {
  if (label === undefined) return undefined;
  return label.kind === 'classes'
    ? { kind: 'classes', classes: label.classes }
    : { kind: 'graded', labelRange: label.labelRange };
}

/** Parquet files of any columns, read where they are. */
function viewExamples(set: ExampleSet, place: RelationPlace): Promise<StatsPart> {
  const has = (column: string): boolean =>
    set.parts.every(({ columns }) => columns.includes(column));
  const taken = new Set([...Object.values(set.fields), set.label?.column, set.group]);
  const isFree = (column: string): boolean => has(column) && !taken.has(column);
  const isNumber = (column: string): boolean =>
    set.parts.every(({ numberColumns }) => numberColumns.has(column));
  return createPartView(
    {
      name: 'rows',
      files: set.files,
      fields: Object.keys(set.fields),
      texts: Object.values(set.fields),
      label: labelExpression(set),
      group: set.group,
      origin: isFree('origin') ? 'origin' : undefined,
      figures: FIGURE_COLUMNS.filter((figure) => isFree(figure) && isNumber(figure)),
    },
    place,
  );
}

/** The label as `readExamples` gives it, in SQL. */
function labelExpression({ label }: ExampleSet): string | undefined {
  if (label === undefined) return undefined;
  if (isShareLabel(label)) {
    const shares = `[${label.columns.map((column) => `CAST(${sqlName(column)} AS DOUBLE)`).join(', ')}]`;
    return `CAST(list_position(${shares}, list_max(${shares})) - 1 AS DOUBLE)`;
  }
  const cell = sqlName(label.column);
  if (label.kind === 'graded') {
    const [low, high] = label.range;
    const number = `TRY_CAST(${cell} AS DOUBLE)`;
    return low === 0 && high === 1 ? number : `(${number} - (${low})) / (${high} - (${low}))`;
  }
  if (label.stored === 'index') return `CAST(${cell} AS DOUBLE)`;
  const names = `[${label.classes.map(sqlText).join(', ')}]`;
  return `CAST(list_position(${names}, trim(CAST(${cell} AS VARCHAR))) - 1 AS DOUBLE)`;
}

/** Text files are copied into a table of the engine, which spills to disk. */
async function copyExamples(
  set: ExampleSet,
  { database, seed }: RelationPlace,
): Promise<StatsPart> {
  const fields = Object.keys(set.fields);
  const relation = sqlName('copied rows');
  const definitions = [
    ...fields.map((_, index) => `f${index} VARCHAR`),
    'label DOUBLE',
    'grp VARCHAR',
  ];
  await database.run(`CREATE TEMP TABLE ${relation} (${definitions.join(', ')})`);
  const appender = await database.appender('copied rows', [
    ...fields.map(() => 'text' as const),
    'number',
    'text',
  ]);
  for await (const { fields: texts, labels, groups, numRows } of readExamples(set)) {
    const noLabels = (): Float64Array => new Float64Array(numRows).fill(Number.NaN);
    const noGroups = (): string[] => new Array<string>(numRows).fill('');
    appender.append([...texts, labels ?? noLabels(), groups ?? noGroups()], numRows);
  }
  appender.close();
  const view = sqlName('part rows');
  const absent = FIGURE_COLUMNS.map((figure) => `CAST(NULL AS DOUBLE) AS ${sqlName(figure)}`);
  await database.run(
    `CREATE TEMP VIEW ${view} AS SELECT *, CAST(NULL AS VARCHAR) AS origin, ${absent.join(', ')}, ` +
      `hash(rowid, ${seed}) AS pick FROM ${relation}`,
  );
  return {
    name: 'rows',
    relation: view,
    files: set.files,
    fields,
    hasLabel: set.label !== undefined,
    hasGroup: set.group !== undefined,
    figures: [],
  };
}
