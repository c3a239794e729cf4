// Families of fixed match features that a definition may ask for beside those of `match-layout.ts`. Each is a file and
// has rows of its own, in the order in which the definition lists the families. A family's rows never change: a better
// one gets a new name, so that old students go on as they are.
import type { MatchBlockDefinition, MatchFamily } from '../model/definition.js';
import { CharacterGrams } from './character-grams.js';
import { CharactersFamily, NUM_CHARACTER_ROWS } from './characters-family.js';
import type { FamilyRows } from './family-rows.js';
import { IdBags } from './feature-buffer.js';
import { appendImportance, NUM_IMPORTANCE_ROWS } from './importance-family.js';
import type { Lexicon } from './lexicon.js';
import { NUM_FIXED_MATCH_FEATURES } from './match-layout.js';
import type { PairMatch } from './pair-match.js';
import { appendQuantities, NUM_QUANTITY_ROWS } from './quantities-family.js';
import { appendRoles, NUM_ROLE_ROWS } from './roles-family.js';
import type { WordStatistics } from './word-statistics.js';

/** Rows of each family. */
export const FAMILY_ROWS: Readonly<Record<MatchFamily, number>> = {
  importance: NUM_IMPORTANCE_ROWS,
  characters: NUM_CHARACTER_ROWS,
  quantities: NUM_QUANTITY_ROWS,
  roles: NUM_ROLE_ROWS,
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

/** Adds the features of one pair whose query has words. */
export type AppendPair = (pair: PairMatch) => void;

type AppendRows = (pair: PairMatch, rows: FamilyRows) => void;

/** One family or another part of the block, ready to run, and the bags that it writes to. */
export interface MatchPart {
  append: AppendPair;
  into: IdBags;
}

/** What a family may read beside the pair. */
interface FamilyParts {
  lexicon: Lexicon;
  statistics: WordStatistics | undefined;
}

/** How each family is made ready; the definition's check sees to it that there are statistics where they are read. */
const CREATE_FAMILY: Readonly<Record<MatchFamily, (parts: FamilyParts) => AppendRows>> = {
  importance:
    ({ statistics }) =>
    (pair, rows) =>
      appendImportance(pair, statistics!, rows),
  characters: ({ lexicon }) => {
    const family = new CharactersFamily(new CharacterGrams(lexicon, GRAM_LENGTHS));
    return (pair, rows) => family.append(pair, rows);
  },
  quantities: () => appendQuantities,
  roles:
    ({ statistics }) =>
    (pair, rows) =>
      appendRoles(pair, statistics!, rows),
};

/** The families of one block, ready to run; their rows begin at `firstRow`, in order. */
export function createFamilies(
  families: readonly MatchFamily[],
  parts: FamilyParts & { firstRow: number },
): MatchPart[] {
  let row = parts.firstRow;
  return families.map((family) => {
    const rows = { firstRow: row, into: new IdBags() };
    row += FAMILY_ROWS[family];
    const append = CREATE_FAMILY[family](parts);
    return { append: (pair) => append(pair, rows), into: rows.into };
  });
}
