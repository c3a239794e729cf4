// Families of fixed match features that a definition may ask for beside those of `match-layout.ts`. Each is a file and
// has rows of its own, in the order in which the definition lists the families. A family's rows never change: a better
// one gets a new name, so that old students go on as they are.
import type { MatchFamily } from '../model/definition.js';
import { CharacterGrams } from './character-grams.js';
import { CharactersFamily } from './characters-family.js';
import type { FamilyRows } from './family-rows.js';
import type { IdBags } from './feature-buffer.js';
import { appendImportance } from './importance-family.js';
import type { Lexicon } from './lexicon.js';
import { FAMILY_ROWS, GRAM_LENGTHS } from './match-rows.js';
import type { PairMatch } from './pair-match.js';
import { appendQuantities } from './quantities-family.js';
import { appendRoles } from './roles-family.js';
import type { WordStatistics } from './word-statistics.js';

/** Adds the features of one pair whose query has words. */
export type AppendPair = (pair: PairMatch, into: IdBags) => void;

type AppendRows = (pair: PairMatch, rows: FamilyRows) => void;

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
): AppendPair[] {
  let row = parts.firstRow;
  return families.map((family) => {
    const firstRow = row;
    row += FAMILY_ROWS[family];
    const append = CREATE_FAMILY[family](parts);
    return (pair, into) => append(pair, { firstRow, into });
  });
}
