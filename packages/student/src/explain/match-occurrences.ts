// The ids of a `match` block with their names. The ids are those that the block itself gives; a row says which feature
// it belongs to, and the order in which features come says which word of the query they are about.
import { CharacterGrams } from '../features/character-grams.js';
import { CHARACTERS_LAYOUT } from '../features/characters-family.js';
import { IMPORTANCE_LAYOUT } from '../features/importance-family.js';
import { NUMBER_KIND } from '../features/lexicon.js';
import { FIXED_ROWS } from '../features/match-layout.js';
import {
  FAMILY_ROWS,
  GRAM_LENGTHS,
  NUM_FIXED_MATCH_FEATURES,
  numFixedMatchRows,
} from '../features/match-rows.js';
import { type PairMatch, SURE } from '../features/pair-match.js';
import { QUANTITIES_LAYOUT } from '../features/quantities-family.js';
import { ROLES_LAYOUT } from '../features/roles-family.js';
import type { MatchBlockDefinition, MatchFamily } from '../model/definition.js';
import {
  charactersNames,
  IMPORTANCE_NAMES,
  QUANTITIES_NAMES,
  ROLES_NAMES,
} from './family-names.js';
import { FIXED_NAMES, type NameRow, pairWords } from './fixed-names.js';
import {
  type MatchContext,
  type MatchName,
  queryWord,
  SURENESS,
  titleWord,
  upTo,
} from './match-words.js';
import type { NamedId } from './ngram-occurrences.js';

/** Features with their first rows, ascending, and their names. */
interface NamedRows {
  firstRow: number;
  endRow: number;
  features: readonly { name: string; firstRow: number; nameRow: NameRow }[];
}

/** Names the ids of one `match` block. */
export class MatchNames {
  private readonly rows: readonly NamedRows[];
  private readonly numFixed: number;

  constructor(
    private readonly definition: MatchBlockDefinition,
    private readonly fieldIndices: readonly number[],
    pair: PairMatch,
  ) {
    this.numFixed = numFixedMatchRows(definition);
    const families = familiesOf(pair);
    let firstRow = NUM_FIXED_MATCH_FEATURES;
    this.rows = [
      namedRows(FIXED_ROWS, FIXED_NAMES, [0, firstRow]),
      ...(definition.families ?? []).map((family) => {
        const start = firstRow;
        firstRow += FAMILY_ROWS[family];
        return namedRows(families[family].rows, families[family].names, [start, firstRow]);
      }),
    ];
  }

  /** The ids of a pair, as the block appended them, with names. */
  name(ids: Int32Array, pair: PairMatch): NamedId[] {
    const [query, title] = this.definition.fields;
    const context: MatchContext = { pair, query, title, index: 0 };
    const starts = new Map<string, number>();
    let [anchor, numHashed] = ['', 0];
    return Array.from(ids, (id) => {
      if (id >= this.numFixed) return this.place(id, hashedName(anchor, numHashed++, context));
      const { name, firstRow, nameRow } = this.featureOf(id);
      const words = FEATURES_BY_WORD[name]?.(pair);
      if (words !== undefined) {
        const count = starts.get(name) ?? 0;
        starts.set(name, count + 1);
        context.index = words[count];
      }
      [anchor, numHashed] = [name, 0];
      return this.place(id, nameRow(id - firstRow, context), pair);
    });
  }

  private featureOf(id: number): NamedRows['features'][number] {
    const rows = this.rows.find(({ endRow }) => id < endRow)!;
    return rows.features.findLast(({ firstRow }) => firstRow <= id)!;
  }

  private place(id: number, { feature, query, title = [] }: MatchName, pair?: PairMatch): NamedId {
    const [left, right] = this.fieldIndices;
    const ofQuery = query ?? upTo(pair?.query.numWords ?? 0);
    return {
      id,
      feature,
      words: [
        ...ofQuery.map((wordIndex) => ({ fieldIndex: left, wordIndex })),
        ...[...new Set(title)].map((wordIndex) => ({ fieldIndex: right, wordIndex })),
      ],
    };
  }
}

function namedRows<Feature extends string>(
  rows: Readonly<Record<Feature, number>>,
  names: Readonly<Record<Feature, NameRow>>,
  [firstRow, endRow]: readonly [number, number],
): NamedRows {
  const features = (Object.keys(rows) as Feature[]).map((name) => ({
    name,
    firstRow: firstRow + rows[name],
    nameRow: names[name],
  }));
  return { firstRow, endRow, features };
}

function familiesOf({
  lexicon,
}: PairMatch): Readonly<
  Record<
    MatchFamily,
    { rows: Readonly<Record<string, number>>; names: Readonly<Record<string, NameRow>> }
  >
> {
  const names = charactersNames(new CharacterGrams(lexicon, GRAM_LENGTHS));
  return {
    importance: { rows: IMPORTANCE_LAYOUT.rows, names: IMPORTANCE_NAMES },
    characters: { rows: CHARACTERS_LAYOUT.rows, names },
    quantities: { rows: QUANTITIES_LAYOUT.rows, names: QUANTITIES_NAMES },
    roles: { rows: ROLES_LAYOUT.rows, names: ROLES_NAMES },
  };
}

/** Features that come once for each of these words of the query, in order; what follows is about the same word. */
const FEATURES_BY_WORD: Readonly<Record<string, (pair: PairMatch) => number[]>> = {
  wordClass: (pair) => upTo(pair.query.numWords),
  pairRelation: (pair) => upTo(pair.query.numWords - 1),
  sureness: (pair) => upTo(pair.query.numWords),
  brandWord: (pair) => upTo(pair.query.numWords),
  state: (pair) => upTo(pair.query.numWords).filter((index) => isNumber(pair, index)),
  nearest: (pair) =>
    upTo(pair.query.numWords).filter(
      (index) => !isNumber(pair, index) && pair.sureness[index] !== SURE,
    ),
};

function isNumber({ query, lexicon }: PairMatch, index: number): boolean {
  return lexicon.kinds[query.words[index]] === NUMBER_KIND;
}

/** Name of a hashed feature, which has a word in it: the one that comes `count`-th behind the fixed one `anchor`. */
function hashedName(anchor: string, count: number, context: MatchContext): MatchName {
  const { pair, query, title, index } = context;
  if (anchor === 'wordClassKind') {
    const last = count === 0 ? '' : ` as the last word of the ${query}`;
    const feature = `"${queryWord(context, index)}" ${SURENESS[pair.sureness[index]]}${last}, learned for this word`;
    return {
      feature,
      query: [index],
      title: pair.positions[index] < 0 ? [] : [pair.positions[index]],
    };
  }
  if (anchor === 'pairRelation') {
    const words = `"${queryWord(context, index)}" and "${queryWord(context, index + 1)}"`;
    const sureness = Math.min(pair.sureness[index], pair.sureness[index + 1]);
    const found = ['not both found', 'both found, one only in part', 'both found'][sureness];
    return { feature: `${words} ${found}, learned for these words`, ...pairWords(context) };
  }
  const last = pair.query.numWords - 1;
  const head = queryWord(context, last);
  const end = pair.title.numWords - 1;
  if (count === 0) {
    const found = SURENESS[pair.sureness[last]];
    const feature = `last words "${head}" (${found}) and "${titleWord(context, end)}", learned for these words`;
    return { feature, query: [last], title: [end] };
  }
  const position = pair.positions[last];
  const neighbour = count === 1 ? position - 1 : position + 1;
  const isEdge = neighbour < 0 || neighbour > end;
  const edge = count === 1 ? 'at the beginning' : 'at the end';
  const side = count === 1 ? 'behind' : 'before';
  const where = isEdge
    ? `${edge} of the ${title}, learned for this place`
    : `right ${side} "${titleWord(context, neighbour)}" in the ${title}, learned for this neighbour`;
  return {
    feature: `last word of the ${query} "${head}" stands ${where}`,
    query: [last],
    title: isEdge ? [position] : [position, neighbour],
  };
}
