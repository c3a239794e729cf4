// The query log: sessions of a page each, with positions and clicks. People look at high positions more
// often than at low ones, click on what is attractive, and click at random now and then.
import type { Random } from '../../foundation/random.js';
import type { ShopQuery } from './query.js';
import { type Grade, gradeOf } from './relevance.js';
import type { PageMix, ShopSearch } from './search-page.js';
import { createRankSampler } from './wording.js';

/** One impression of the log. */
export interface LogRow {
  query: string;
  title: string;
  /** Counted from 1. */
  position: number;
  clicked: 0 | 1;
  session: string;
}

const PAGE_SIZE = 10;
const PAGE_MIX: PageMix = { byWords: 3, byWishes: 3, byKind: 1, byDepartment: 2 };
/** Frequency of the query at rank r is r^-skew. */
const QUERY_SKEW = 0.7;
const CLICK_CHANCE: Record<Grade, number> = { 1: 0.03, 2: 0.12, 3: 0.45, 4: 0.75 };

/** The chance that a position is looked at: 1, .66, .51, ... .25 at the tenth. */
export function examinationChance(position: number): number {
  return position ** -0.5;
}

/** Draws `numRows` impressions; the last page may be cut. */
export function createLog(
  numRows: number,
  queries: readonly ShopQuery[],
  search: ShopSearch,
  random: Random,
): LogRow[] {
  const drawQuery = createRankSampler(queries, QUERY_SKEW);
  const rows: LogRow[] = [];
  for (let session = 1; rows.length < numRows; session++) {
    const query = drawQuery(random);
    const page = search.findPage(query, PAGE_SIZE, PAGE_MIX, random);
    page.forEach((product, index) => {
      const position = index + 1;
      const chance = examinationChance(position) * CLICK_CHANCE[gradeOf(query.intent, product)];
      const clicked = random.next() < chance ? 1 : 0;
      if (rows.length < numRows) {
        rows.push({
          query: query.text,
          title: product.title,
          position,
          clicked,
          session: `s${session}`,
        });
      }
    });
  }
  return rows;
}
