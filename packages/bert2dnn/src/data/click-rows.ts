// Clicks as a weak label: one row a pair of the log, with the share of its impressions that were clicked.
// Positions are not corrected for, and every pair counts once. Nothing that is held out gets in.
import { type ExampleSet, readExamples } from './examples.js';
import { cleanText, groupKey, textsKey } from './normalize.js';
import { writeParquet } from './parquet-writer.js';
import type { HeldOut } from './transfer-writer.js';

/** What went into the click rows. */
export interface ClickCounts {
  /** Distinct pairs. */
  rows: number;
  impressions: number;
  /** Share of the impressions that were clicked. */
  clickShare: number;
  heldOutRemoved: number;
}

interface ClickRow {
  texts: string[];
  group: string;
  clicks: number;
  impressions: number;
}

/**
 * Writes `path`: the fields, `label` (clicks / impressions), `group`, `origin`, `count` (impressions), in order of
 * first appearance. Memory: the distinct pairs of the log.
 * @param set the log; its label is 1 for a click and 0 for none
 */
export async function writeClickRows(
  path: string,
  set: ExampleSet,
  { fields, heldOut }: { fields: readonly string[]; heldOut: HeldOut },
): Promise<ClickCounts> {
  const { rows, heldOutRemoved } = await countClicks(set, heldOut);
  await writeParquet(path, [
    ...fields.map((name, field) => ({
      name,
      type: 'VARCHAR' as const,
      values: rows.map((row) => row.texts[field]),
    })),
    { name: 'label', type: 'DOUBLE', values: rows.map((row) => row.clicks / row.impressions) },
    { name: 'group', type: 'VARCHAR', values: rows.map((row) => row.group) },
    { name: 'origin', type: 'VARCHAR', values: rows.map(() => 'clicks') },
    { name: 'count', type: 'INTEGER', values: rows.map((row) => row.impressions) },
  ]);
  const impressions = rows.reduce((sum, row) => sum + row.impressions, 0);
  const clicks = rows.reduce((sum, row) => sum + row.clicks, 0);
  return {
    rows: rows.length,
    impressions,
    clickShare: impressions === 0 ? 0 : Number((clicks / impressions).toFixed(4)),
    heldOutRemoved,
  };
}

async function countClicks(
  set: ExampleSet,
  heldOut: HeldOut,
): Promise<{ rows: ClickRow[]; heldOutRemoved: number }> {
  const rows = new Map<string, ClickRow>();
  let heldOutRemoved = 0;
  for await (const { fields, labels, groups, numRows } of readExamples(set)) {
    for (let index = 0; index < numRows; index++) {
      const texts = fields.map((field) => cleanText(field[index]));
      const group = groupKey(groups?.[index] ?? texts.join(' '));
      if (heldOut.has(texts, group)) {
        heldOutRemoved++;
        continue;
      }
      const key = textsKey(texts);
      let row = rows.get(key);
      if (row === undefined) {
        row = { texts, group, clicks: 0, impressions: 0 };
        rows.set(key, row);
      }
      row.clicks += labels?.[index] ?? 0;
      row.impressions += 1;
    }
  }
  return { rows: [...rows.values()], heldOutRemoved };
}
