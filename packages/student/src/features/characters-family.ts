// Match features `characters`: how alike in letters the nearest title word is to a query word that is not found for
// sure, and how much of the query's letters the title has. For misspellings further than one edit away.
import { type CharacterGrams, CommonGrams, lowestBit } from './character-grams.js';
import { type FamilyRows, layOut } from './family-rows.js';
import { NUMBER_KIND, WORD_KINDS } from './lexicon.js';
import { bucketIndex } from './match-layout.js';
import { MAX_MATCH_WORDS, type PairMatch, SURE } from './pair-match.js';

const LIKENESS_EDGES = [0.15, 0.3, 0.4, 0.5, 0.6, 0.75] as const;
const NUM_LIKENESSES = LIKENESS_EDGES.length + 1;
const COVERAGE_EDGES = [0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.999] as const;

const { rows: ROWS, numRows } = layOut({
  /** Likeness of the nearest title word x kind of query word x last word of the query or not. */
  nearest: NUM_LIKENESSES * WORD_KINDS.length * 2,
  /** The least of the likenesses, 1 for a word that is found. */
  least: NUM_LIKENESSES,
  /** Mean over the query's words of the likeness of the nearest title word, weighted by their n-grams. */
  coverage: COVERAGE_EDGES.length + 1,
});

/** What a reader of a row needs, see `explain/`. */
export const CHARACTERS_LAYOUT = { rows: ROWS, LIKENESS_EDGES, COVERAGE_EDGES } as const;

/** Rows of the family. */
export const NUM_CHARACTER_ROWS = numRows;

/** Place of the likeness of a word that is found, behind those of the query words. */
const WHOLE_LIKENESS: number = MAX_MATCH_WORDS.query;

/** Ready to add the family's features of pairs whose query has words. Numbers are left out: 12 is not like 120. */
export class CharactersFamily {
  private readonly common: CommonGrams;
  /** Of each query word: largest Dice coefficient of its n-grams with those of a title word. */
  private readonly likenesses = new Float64Array(MAX_MATCH_WORDS.query + 1);

  constructor(private readonly grams: CharacterGrams) {
    this.common = new CommonGrams(grams);
  }

  append(pair: PairMatch, { firstRow, into }: FamilyRows): void {
    const { query, lexicon, sureness } = pair;
    const { likenesses } = this;
    const { counts } = this.grams;
    this.grams.learn(query.words, query.numWords);
    this.compare(pair);
    likenesses[WHOLE_LIKENESS] = 1;
    let whole = 0;
    let covered = 0;
    let least = WHOLE_LIKENESS;
    for (let index = 0; index < query.numWords; index++) {
      const word = query.words[index];
      if (lexicon.kinds[word] === NUMBER_KIND) continue;
      whole += counts[word];
      if (sureness[index] === SURE) {
        covered += counts[word];
        continue;
      }
      covered += likenesses[index] * counts[word];
      if (likenesses[index] < likenesses[least]) least = index;
      const isLast = index + 1 === query.numWords ? 1 : 0;
      const row =
        bucketIndex(likenesses[index], LIKENESS_EDGES) * WORD_KINDS.length + lexicon.kinds[word];
      into.push(firstRow + ROWS.nearest + row * 2 + isLast);
    }
    if (whole === 0) return;
    into.push(firstRow + ROWS.least + bucketIndex(likenesses[least], LIKENESS_EDGES));
    into.push(firstRow + ROWS.coverage + bucketIndex(covered / whole, COVERAGE_EDGES));
  }

  /** Works out the likenesses, where one is wanted: of a word that is not found for sure. */
  private compare({ query, title, sureness, titleColumns }: PairMatch): void {
    const { grams, common, likenesses } = this;
    let isWanted = false;
    for (let index = 0; index < query.numWords; index++) {
      likenesses[index] = 0;
      if (sureness[index] !== SURE) isWanted = true;
    }
    if (!isWanted) return;
    grams.learn(title.words, title.numWords);
    common.read(query);
    for (let position = 0; position < title.numWords; position++) {
      if (titleColumns.kinds[position] === NUMBER_KIND) continue;
      const word = title.words[position];
      for (let left = common.count(word); left !== 0; left &= left - 1) {
        const index = lowestBit(left);
        const both = grams.counts[query.words[index]] + grams.counts[word];
        const likeness = (2 * common.counts[index]) / both;
        if (likeness > likenesses[index]) likenesses[index] = likeness;
        common.counts[index] = 0;
      }
    }
  }
}
