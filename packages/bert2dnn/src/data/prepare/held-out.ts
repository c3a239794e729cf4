// What training must not see: the queries (or texts) of dev and test, and what is nearly one of them.
import type { LabelledRow } from '../labelled-rows.js';
import { NearDuplicateIndex } from '../text/near-duplicates.js';

/** Why a text is held out. */
export type HeldOutReason = 'equal' | 'near';

/** Finds held-out texts. Keys are in lower case: the query, or the whole text. */
export class HeldOut {
  private readonly keys = new Set<string>();
  private readonly near: NearDuplicateIndex | undefined;

  /**
   * @param keyOf key of a row's texts
   * @param threshold Jaccard similarity from which a text is nearly another; `undefined`: only equal ones are found
   */
  constructor(
    rows: readonly LabelledRow[],
    keyOf: (texts: readonly string[]) => string,
    threshold: number | undefined,
  ) {
    const texts = new Set(rows.map((row) => keyOf(row.texts)));
    for (const key of texts) this.keys.add(key);
    for (const row of rows) this.keys.add(row.group);
    if (threshold !== undefined && texts.size > 0) {
      this.near = new NearDuplicateIndex([...texts], { threshold });
    }
  }

  /** Whether nothing is held out. */
  get isEmpty(): boolean {
    return this.keys.size === 0;
  }

  /** Whether a key is held out, and why. */
  find(key: string): HeldOutReason | undefined {
    if (this.keys.has(key)) return 'equal';
    return this.near?.find(key) === undefined ? undefined : 'near';
  }
}
