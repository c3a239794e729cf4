// Graded labels: pairs of a query and a title, judged by people who are right most of the time.
// Queries are drawn over the whole log, head and tail alike, so most of them are rare.
import { type Random, shuffle } from '../../foundation/random.js';
import type { ShopQuery } from './query.js';
import { type Grade, gradeOf } from './relevance.js';
import type { PageMix, ShopSearch } from './search-page.js';

/** One judged pair. */
export interface LabelRow {
  query: string;
  title: string;
  grade: Grade;
}

/** Titles judged per query. */
export const TITLES_PER_QUERY = 8;

const PAGE_MIX: PageMix = { byWords: 3, byWishes: 1, byKind: 1, byDepartment: 2 };
/** Share of judgements that are one step off. */
const ANNOTATOR_NOISE = 0.06;

/** Draws `numLabels` judged pairs, all of a query together. */
export function createLabels(
  numLabels: number,
  queries: readonly ShopQuery[],
  search: ShopSearch,
  random: Random,
): LabelRow[] {
  const order = [...queries];
  shuffle(order, random);
  const rows: LabelRow[] = [];
  for (const query of order) {
    if (rows.length >= numLabels) break;
    for (const product of search.findPage(query, TITLES_PER_QUERY, PAGE_MIX, random)) {
      if (rows.length >= numLabels) break;
      const grade = judge(gradeOf(query.intent, product), random);
      rows.push({ query: query.text, title: product.title, grade });
    }
  }
  return rows;
}

function judge(truth: Grade, random: Random): Grade {
  if (random.next() >= ANNOTATOR_NOISE) return truth;
  const step = random.next() < 0.5 ? -1 : 1;
  return Math.min(4, Math.max(1, truth + step)) as Grade;
}
