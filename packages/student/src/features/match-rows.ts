// How many rows of a `match` table belong to what. A part of the file format, which never changes: new features get a
// family of their own.
import type { MatchBlockDefinition, MatchFamily } from '../model/definition.js';

/** Rows of the fixed features that all such blocks have. */
export const NUM_FIXED_MATCH_FEATURES = 272;

/** Rows of each family. */
export const FAMILY_ROWS: Readonly<Record<MatchFamily, number>> = {
  importance: 251,
  characters: 114,
  quantities: 26,
  roles: 106,
};

/** Families that read word statistics: a definition that lists one must name a vocabulary. */
export const FAMILIES_WITH_STATISTICS: readonly MatchFamily[] = ['importance', 'roles'];

/** Shortest and longest character n-gram that words are compared by. */
export const GRAM_LENGTHS = [2, 3] as const;

/** Rows of a `match` table that belong to fixed features, those of the families included; the rest are hash buckets. */
export function numFixedMatchRows({
  families = [],
}: Pick<MatchBlockDefinition, 'families'>): number {
  return families.reduce((rows, family) => rows + FAMILY_ROWS[family], NUM_FIXED_MATCH_FEATURES);
}
