// What training parts share with held-out parts: groups, texts, groups that are nearly the same. In a folder that
// `prepare` made the first two are 0.
import type { Database } from '../duckdb.js';
import { NearDuplicateIndex } from '../text/near-duplicates.js';
import { normalizedSql } from './field-stats.js';
import type { StatsPart } from './part-view.js';

/** What finds near-duplicates among texts that it was made from. */
export interface NearFinder {
  find(text: string): { index: number; similarity: number } | undefined;
}

/** A group of a training part that is nearly a held-out one. */
export interface NearGroup {
  group: string;
  heldOut: string;
  /** Jaccard similarity of their shingles. */
  similarity: number;
}

/** What two parts share. */
export interface LeakageStats {
  /** The training part: train, transfer or clicks. */
  part: string;
  /** The held-out part: dev or test. */
  heldOut: string;
  /** Groups that are in both, and the training part's rows of them. Absent where a part has no groups. */
  groups?: number;
  groupRows?: number;
  /** Rows of the training part whose fields are all those of a held-out row, up to case and white space. */
  textRows: number;
  /** Groups of the training part that are near, and not equal to, a held-out one. Absent where a part has no groups. */
  nearGroups?: number;
  /** A few of them, the nearest first. */
  nearExamples: NearGroup[];
}

const TRAINING_PARTS = ['train', 'transfer', 'clicks'];
const HELD_OUT_PARTS = ['dev', 'test'];
const NUM_EXAMPLES = 5;

/** Where figures come from. */
export interface LeakagePlace {
  database: Database;
  /** Makes the index of the held-out groups. Default: `NearDuplicateIndex` with its threshold. */
  createIndex?: (texts: readonly string[]) => NearFinder;
}

/** Compares each training part with each held-out part. */
export async function findLeakage(
  parts: readonly StatsPart[],
  place: LeakagePlace,
): Promise<LeakageStats[]> {
  const found: LeakageStats[] = [];
  for (const name of HELD_OUT_PARTS) {
    const heldOut = parts.find((part) => part.name === name);
    if (heldOut === undefined) continue;
    const index = heldOut.hasGroup ? await indexGroups(heldOut, place) : undefined;
    for (const part of parts) {
      if (TRAINING_PARTS.includes(part.name))
        found.push(await compare(part, heldOut, index, place));
    }
  }
  return found;
}

interface GroupIndex {
  groups: string[];
  finder: NearFinder;
}

/** Different groups of a part, streamed; they are held out, so they are few, or of a training part and taken one by one. */
function streamGroups(part: StatsPart, database: Database) {
  return database.stream(
    `SELECT min(grp) FROM ${part.relation} GROUP BY hash(lower(grp)) ORDER BY min(grp)`,
    ['text'],
  );
}

async function indexGroups(part: StatsPart, place: LeakagePlace): Promise<GroupIndex> {
  const { database, createIndex = (texts) => new NearDuplicateIndex(texts) } = place;
  const groups: string[] = [];
  for await (const [texts] of streamGroups(part, database)) groups.push(...(texts as string[]));
  return { groups, finder: createIndex(groups) };
}

async function compare(
  part: StatsPart,
  heldOut: StatsPart,
  index: GroupIndex | undefined,
  { database }: LeakagePlace,
): Promise<LeakageStats> {
  const texts = part.fields.map((_, field) => normalizedSql(`f${field}`));
  const [[textRows]] = (await database.rows(
    `SELECT count(*)::DOUBLE FROM ${part.relation} WHERE hash(${texts.join(', ')}) IN ` +
      `(SELECT hash(${texts.join(', ')}) FROM ${heldOut.relation})`,
  )) as [[number]];
  const head = { part: part.name, heldOut: heldOut.name };
  if (index === undefined || !part.hasGroup) return { ...head, textRows, nearExamples: [] };
  const [[groups, groupRows]] = (await database.rows(
    `SELECT count(DISTINCT hash(lower(grp)))::DOUBLE, count(*)::DOUBLE FROM ${part.relation} WHERE hash(lower(grp)) IN ` +
      `(SELECT hash(lower(grp)) FROM ${heldOut.relation})`,
  )) as [[number, number]];
  return { ...head, groups, groupRows, textRows, ...(await findNear(part, index, database)) };
}

async function findNear(
  part: StatsPart,
  { groups, finder }: GroupIndex,
  database: Database,
): Promise<Pick<LeakageStats, 'nearGroups' | 'nearExamples'>> {
  const equal = new Set(groups.map((group) => group.toLowerCase()));
  let nearGroups = 0;
  const nearExamples: NearGroup[] = [];
  for await (const [texts] of streamGroups(part, database)) {
    for (const group of texts as string[]) {
      if (equal.has(group.toLowerCase())) continue;
      const near = finder.find(group);
      if (near === undefined) continue;
      nearGroups++;
      nearExamples.push({ group, heldOut: groups[near.index], similarity: near.similarity });
      // Stable: of equally near ones the first by name stay.
      nearExamples.sort((left, right) => right.similarity - left.similarity);
      nearExamples.length = Math.min(nearExamples.length, NUM_EXAMPLES);
    }
  }
  return { nearGroups, nearExamples };
}
