// Match features `characters`: how alike in letters the nearest title word is to a query word that is not found for
// sure, and how much of the query's letters the title has. For misspellings further than one edit away.
import type { CharacterGrams } from './character-grams.js';
import { type FamilyRows, layOut } from './family-rows.js';
import { NUMBER_KIND, WORD_KINDS } from './lexicon.js';
import { bucketIndex, LIKENESS_EDGES, SPELLING_EDGES } from './match-edges.js';
import { MAX_MATCH_WORDS, type PairMatch, SURE } from './pair-match.js';

const NUM_LIKENESSES = LIKENESS_EDGES.length + 1;

const { rows: ROWS, numRows } = layOut({
  /** Likeness of the nearest title word x kind of query word x last word of the query or not. */
  nearest: NUM_LIKENESSES * WORD_KINDS.length * 2,
  /** The least of the likenesses, 1 for a word that is found. */
  least: NUM_LIKENESSES,
  /** Mean over the query's words of the likeness of the nearest title word, weighted by their n-grams. */
  coverage: SPELLING_EDGES.length + 1,
});

/** What a reader of a row needs, see `explain/`. */
export const CHARACTERS_LAYOUT = { rows: ROWS } as const;

/** Rows of the family. */
export const NUM_CHARACTER_ROWS = numRows;

/** Place of the likeness of a word that is found, behind those of the query words. */
const WHOLE_LIKENESS: number = MAX_MATCH_WORDS.query;

/** Ready to add the family's features of pairs whose query has words. Numbers are left out: 12 is not like 120. */
export class CharactersFamily {
  /** Of each query word: largest Dice coefficient of its n-grams with those of a title word. */
  private readonly likenesses = new Float64Array(MAX_MATCH_WORDS.query + 1);

  constructor(private readonly grams: CharacterGrams) {}

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
    into.push(firstRow + ROWS.coverage + bucketIndex(covered / whole, SPELLING_EDGES));
  }

  /** Works out the likenesses that are wanted: those of words, not numbers, that are not found for sure. */
  private compare({ query, title, sureness, lexicon }: PairMatch): void {
    const { grams, likenesses } = this;
    grams.learn(title.words, title.numWords);
    for (let index = 0; index < query.numWords; index++) {
      const word = query.words[index];
      likenesses[index] = 0;
      if (sureness[index] === SURE || lexicon.kinds[word] === NUMBER_KIND) continue;
      for (let position = 0; position < title.numWords; position++) {
        const other = title.words[position];
        if (lexicon.kinds[other] === NUMBER_KIND) continue;
        const likeness =
          (2 * grams.common(word, other)) / (grams.counts[word] + grams.counts[other]);
        likenesses[index] = Math.max(likenesses[index], likeness);
      }
    }
  }
}
