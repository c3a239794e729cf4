// The tables of `data stats` for people, at most 100 columns wide. Formats; every figure comes from the library.

import type { DataStats } from '../data/stats/data-stats.js';
import type { LabelBin, LabelStats } from '../data/stats/label-stats.js';
import { UNSURE } from '../data/stats/languages.js';
import type { PartStats } from '../data/stats/part-stats.js';
import { formatTable } from './terminal.js';

const WIDTH = 100;
/** Names of a table's first column are cut to this. */
const NAME_WIDTH = 28;
const NUM_LANGUAGES = 3;
const NUM_NEAR_EXAMPLES = 3;

/** All lines. */
export function formatStats(stats: DataStats): string[] {
  const lines = [formatHead(stats)];
  const addTable = (title: string, header: readonly string[], rows: string[][]): void => {
    if (rows.length > 0) lines.push('', title, ...formatTable(header, rows));
  };
  addTable(
    'Rows; equal: those beyond the first, ~ up to case and white space',
    ...tableOfParts(stats),
  );
  for (const [title, ...table] of tablesOfLabels(stats)) addTable(title, ...table);
  addTable('Origins', ...tableOfOrigins(stats));
  addTable('Texts; ~ up to case and white space', ...tableOfTexts(stats));
  lines.push(...formatLanguages(stats));
  addTable('Counts', ...tableOfFigures(stats));
  addTable('Shared with what is held out', ...tableOfLeakage(stats));
  lines.push(...formatNearExamples(stats), ...formatIntegrity(stats));
  return lines;
}

type Table = [header: string[], rows: string[][]];

function formatHead({ input, kind, fields, task }: DataStats): string {
  const labels =
    task === undefined
      ? 'no labels'
      : task.kind === 'classes'
        ? `classes ${task.classes.join(', ')}`
        : `labels ${task.labelRange.join('..')}`;
  const what = kind === 'prepared' ? 'prepared folder' : 'files';
  return cut(`${input.join(' ')}: ${what}; ${fields.join(', ')}; ${labels}`, WIDTH);
}

function tableOfParts({ parts }: DataStats): Table {
  const header = ['part', 'files', 'rows', 'equal', '~', 'groups', 'rows each', 'p90', 'max'];
  const rows = parts.map(({ name, files, rows, duplicates, groups }) => [
    name,
    count(files),
    count(rows),
    count(duplicates.exact),
    count(duplicates.normalized),
    ...(groups === undefined
      ? []
      : [groups.count, groups.p50, groups.p90, groups.max].map((value) => count(value))),
  ]);
  return [header, rows];
}

/** Classes, or grades where all parts have few, or tenths of the range; clicks, whose labels are rates, apart. */
function tablesOfLabels({ parts }: DataStats): [string, ...Table][] {
  const labelled = parts.filter((part): part is LabelledPart => part.labels !== undefined);
  const given = labelled.filter(({ name }) => name !== 'clicks');
  const clicks = labelled.filter(({ name }) => name === 'clicks');
  const areFew = given.every(({ labels }) => labels.grades !== undefined);
  return [
    ['Labels', ...tableOfLabels(given, areFew)],
    ['Clicks a look (0..1)', ...tableOfLabels(clicks, false)],
  ];
}

type LabelledPart = PartStats & { labels: LabelStats };

function tableOfLabels(parts: readonly LabelledPart[], byGrade: boolean): Table {
  if (parts.length === 0) return [[], []];
  const binsOf = ({ bins, grades }: LabelStats): LabelBin[] => (byGrade ? (grades ?? bins) : bins);
  const nameOf = ({ name, low, high }: LabelBin): string =>
    name ?? (low === high ? String(low) : `${low}..${high}`);
  const names = new Set(
    parts
      .flatMap(({ labels }) => binsOf(labels))
      .sort((left, right) => left.low - right.low)
      .map(nameOf),
  );
  const row = (title: string, cell: (labels: LabelStats) => string): string[] => [
    title,
    ...parts.map(({ labels }) => cell(labels)),
  ];
  const rows = [...names].map((name) =>
    row(cut(name, 18), (labels) => {
      const found = binsOf(labels).find((bin) => nameOf(bin) === name)?.count ?? 0;
      return `${count(found, 1e6)} ${percent(found, labels.rows).padStart(6)}`;
    }),
  );
  if (parts.some(({ labels }) => labels.mean !== undefined)) {
    rows.push(
      row('mean', ({ mean }) => decimal(mean)),
      row('in the upper third', ({ positiveShare = 0 }) => share(positiveShare, 1)),
    );
  }
  rows.push(row('labelled rows', ({ rows: numRows }) => count(numRows)));
  return [['label', ...parts.map(({ name }) => name)], rows];
}

function tableOfOrigins({ parts }: DataStats): Table {
  const rows = parts.flatMap(({ name, rows: numRows, origins }) =>
    origins.map((origin) => [
      cut(`${name}: ${origin.origin}`, NAME_WIDTH),
      count(origin.rows),
      share(origin.rows, numRows),
      count(origin.labelled),
      decimal(origin.meanLabel),
      origin.positiveShare === undefined ? '' : share(origin.positiveShare, 1),
    ]),
  );
  return [['origin', 'rows', '', 'labelled', 'mean label', 'upper third'], rows];
}

function tableOfTexts({ parts }: DataStats): Table {
  const header = ['text', 'empty', 'distinct', '~'];
  header.push('chars', 'p50', 'p90', 'p99', 'max', 'words', 'p50', 'p90', 'max');
  const rows = parts.flatMap(({ name, fields }) =>
    fields.map(({ field, empty, distinct, distinctNormalized, characters, words }) => [
      cut(`${name}.${field}`, 16),
      ...[empty, distinct, distinctNormalized].map((value) => count(value, 1e6)),
      characters.mean.toFixed(1),
      ...[characters.p50, characters.p90, characters.p99, characters.max].map((value) =>
        count(value),
      ),
      words.mean.toFixed(1),
      ...[words.p50, words.p90, words.max].map((value) => count(value)),
    ]),
  );
  return [header, rows];
}

function formatLanguages({ parts, sample }: DataStats): string[] {
  if (sample.languageRows === 0) return [];
  const rows = parts.flatMap(({ name, fields }) =>
    fields.map(({ field, languages: { joined, alone, scripts, texts } }) => [
      cut(`${name}.${field}`, 16),
      listShares(joined, 'too few'),
      share(texts - (alone[UNSURE] ?? 0), texts),
      listShares(scripts, 'none'),
    ]),
  );
  const header = ['text', 'many texts read together', 'told alone', 'script'];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const format = (row: readonly string[]): string =>
    cut(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
      WIDTH,
    );
  return [
    '',
    `Languages, guessed from ${count(sample.languageRows)} random rows a part; a short text is rarely told alone`,
    format(header),
    cut(widths.map((width) => '─'.repeat(width)).join('  '), WIDTH),
    ...rows.map(format),
  ];
}

function listShares(counts: Readonly<Record<string, number>>, nothing: string): string {
  const entries = Object.entries(counts);
  const total = entries.reduce((sum, [, times]) => sum + times, 0);
  if (total === 0) return nothing;
  const shown = entries
    .slice(0, NUM_LANGUAGES)
    .map(([name, times]) => `${name} ${Math.round((100 * times) / total)} %`);
  return `${shown.join(', ')}${entries.length > NUM_LANGUAGES ? ', …' : ''}`;
}

function tableOfFigures({ parts }: DataStats): Table {
  const rows = parts.flatMap(({ name, figures }) =>
    Object.entries(figures).map(([figure, { sum, mean, p50, p90, p99, max }]) => [
      `${name}.${figure}`,
      count(sum),
      mean.toFixed(2),
      ...[p50, p90, p99, max].map((value) => count(value)),
    ]),
  );
  return [['count', 'sum', 'mean', 'p50', 'p90', 'p99', 'max'], rows];
}

function tableOfLeakage({ leakage }: DataStats): Table {
  const optional = (value: number | undefined): string => (value === undefined ? '' : count(value));
  const rows = leakage.map(({ part, heldOut, groups, groupRows, textRows, nearGroups }) => [
    `${part} and ${heldOut}`,
    ...[groups, groupRows, textRows, nearGroups].map(optional),
  ]);
  return [['parts', 'equal groups', 'their rows', 'rows with equal texts', 'near groups'], rows];
}

function formatNearExamples({ leakage }: DataStats): string[] {
  return leakage.flatMap(({ part, heldOut, nearExamples }) =>
    nearExamples
      .slice(0, NUM_NEAR_EXAMPLES)
      .map(({ group, heldOut: near, similarity }) =>
        cut(`  ${part} "${group}" is near ${heldOut} "${near}" (${similarity.toFixed(2)})`, WIDTH),
      ),
  );
}

function formatIntegrity({ integrity }: DataStats): string[] {
  if (integrity === undefined) return [];
  const { files, problems } = integrity;
  if (problems.length === 0) {
    return ['', `Files: ${count(files)}, all as the manifest says (rows, bytes, SHA-256)`];
  }
  return [
    '',
    `Files: ${count(files)} in the manifest, ${count(problems.length)} disagreements`,
    ...problems.map(({ file, what, got, expected }) => {
      const show = (value: string | number): string => String(value).slice(0, 16);
      return cut(`  ${file}: ${what}: got ${show(got)}, expected ${show(expected)}`, WIDTH);
    }),
  ];
}

/** A whole number; from a limit on in millions, since a table is narrow. */
function count(value: number, limit = 1e7): string {
  if (value >= 1e10) return `${(value / 1e9).toFixed(1)}G`;
  if (value >= limit) return `${(value / 1e6).toFixed(1)}M`;
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function decimal(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(3);
}

function share(part: number, whole: number): string {
  return percent(part, whole).replace('%', ' %');
}

function percent(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(1)}%`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
