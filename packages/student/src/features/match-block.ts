// Block `match`: how the words of a query are found in a title. Two families of features share the bag:
// fixed ones without a word in them (how each word is found, where, next to what, how much of the query is covered),
// which decide on queries never seen; and hashed ones with a word in them (which words may be missing).
import type { MatchBlockDefinition } from '../model/definition.js';
import { bucketOf, combineHashes } from '../text/hash.js';
import type { AnalysedText } from './analysed-text.js';
import type { ExampleBlock } from './block.js';
import type { IdBags } from './feature-buffer.js';
import { type Lexicon, NUMBER_KIND, WORD_KINDS } from './lexicon.js';
import { bucketIndex } from './match-edges.js';
import { type AppendPair, createFamilies } from './match-family.js';
import { EDGES, FIXED_ROWS, NUMBER_STATES, PAIR_RELATIONS } from './match-layout.js';
import { NUM_FIXED_MATCH_FEATURES, numFixedMatchRows } from './match-rows.js';
import { NOT_FOUND, PairMatch, SURE } from './pair-match.js';
import { MATCH_CLASSES } from './word-match.js';
import type { WordStatistics } from './word-statistics.js';

/** Kinds of hashed feature; the number goes into the hash. */
const WORD_SURENESS = 1;
const LAST_WORD_SURENESS = 2;
const PAIR_SURENESS = 3;
const WORD_BEFORE_HEAD = 4;
const WORD_AFTER_HEAD = 5;
const LAST_WORDS = 6;

/** What a match block reads beside its definition and the texts. */
export interface MatchBlockParts {
  lexicon: Lexicon;
  statistics: WordStatistics | undefined;
}

/** How query words are found in a title. A query without words adds nothing. */
export class MatchBlock implements ExampleBlock {
  private readonly pair: PairMatch;
  private readonly families: readonly AppendPair[];
  private readonly numFixed: number;
  private readonly numBuckets: number;

  constructor(
    definition: MatchBlockDefinition,
    private readonly fieldIndices: readonly [number, number],
    { lexicon, statistics }: MatchBlockParts,
  ) {
    this.pair = new PairMatch(lexicon);
    this.numFixed = numFixedMatchRows(definition);
    this.numBuckets = definition.size - this.numFixed;
    const firstRow = NUM_FIXED_MATCH_FEATURES;
    this.families = createFamilies(definition.families ?? [], { firstRow, statistics, lexicon });
  }

  append(texts: readonly AnalysedText[], into: IdBags): void {
    const { pair, families, fieldIndices } = this;
    pair.read(texts[fieldIndices[0]], texts[fieldIndices[1]]);
    if (pair.query.numWords === 0) return;
    this.appendPair(pair, into);
    for (const appendFamily of families) appendFamily(pair, into);
  }

  private appendPair(pair: PairMatch, into: IdBags): void {
    const { numWords } = pair.query;
    for (let index = 0; index < numWords; index++) this.appendWord(pair, index, into);
    for (let index = 0; index + 1 < numWords; index++) this.appendNeighbours(pair, index, into);
    this.appendCoverage(pair, into);
    this.appendNumbers(pair, into);
    this.appendHead(pair, into);
    this.appendTitle(pair, into);
  }

  /** One query word: how it is found, by its place in the query, its kind and its place in the title. */
  private appendWord(pair: PairMatch, index: number, into: IdBags): void {
    const { query, title, lexicon, matchClasses, positions, sureness } = pair;
    const word = query.words[index];
    const matchClass = matchClasses[index];
    const fromEnd = query.numWords - 1 - index;
    const fromEndBucket = bucketIndex(fromEnd, EDGES.fromQueryEnd);
    into.push(FIXED_ROWS.wordClass + matchClass);
    into.push(FIXED_ROWS.wordClassFromEnd + fromEndBucket * MATCH_CLASSES.length + matchClass);
    if (index === 0) into.push(FIXED_ROWS.wordClassFirst + matchClass);
    const kind = lexicon.kinds[word];
    into.push(FIXED_ROWS.wordClassKind + matchClass * WORD_KINDS.length + kind);
    const stem = lexicon.hashes[lexicon.stems[word]];
    this.pushHashed(WORD_SURENESS, stem, sureness[index], into);
    if (fromEnd === 0) this.pushHashed(LAST_WORD_SURENESS, stem, sureness[index], into);
    if (sureness[index] === NOT_FOUND) return;
    const isSure = sureness[index] === SURE ? 1 : 0;
    const place = bucketIndex(positions[index], EDGES.titlePosition);
    into.push(FIXED_ROWS.foundPosition + place * 2 + isSure);
    const placeFromEnd = bucketIndex(title.numWords - 1 - positions[index], EDGES.fromTitleEnd);
    into.push(FIXED_ROWS.foundFromEnd + (placeFromEnd * 2 + isSure) * 2 + (fromEnd === 0 ? 1 : 0));
  }

  /** Query words `index` and `index + 1`: whether they stand together in the title too. */
  private appendNeighbours(pair: PairMatch, index: number, into: IdBags): void {
    const { query, lexicon, sureness, positions } = pair;
    const numFound = Number(sureness[index] > 0) + Number(sureness[index + 1] > 0);
    let relation: (typeof PAIR_RELATIONS)[number] = 'none';
    if (numFound === 1) relation = 'one';
    else if (numFound === 2) {
      const gap = positions[index + 1] - positions[index];
      if (pair.areNeighbours(index, 1)) relation = 'adjacent';
      else if (pair.areNeighbours(index, -1)) relation = 'reversed';
      else relation = gap >= 0 && gap <= 3 ? 'near' : 'apart';
    }
    const isLast = index + 2 === query.numWords ? 1 : 0;
    into.push(FIXED_ROWS.pairRelation + PAIR_RELATIONS.indexOf(relation) * 2 + isLast);
    const first = lexicon.hashes[lexicon.stems[query.words[index]]];
    const second = lexicon.hashes[lexicon.stems[query.words[index + 1]]];
    const pairSureness = Math.min(sureness[index], sureness[index + 1]);
    this.pushHashed(PAIR_SURENESS, combineHashes(first, second), pairSureness, into);
  }

  /** Shares of the query that are found, and how compactly. */
  private appendCoverage(pair: PairMatch, into: IdBags): void {
    const { query, lexicon, sureness, positions } = pair;
    let numSure = 0;
    let numAny = 0;
    let sureLetters = 0;
    let letters = 0;
    let first = Number.MAX_SAFE_INTEGER;
    let last = -1;
    for (let index = 0; index < query.numWords; index++) {
      const length = lexicon.lengths[query.words[index]];
      letters += length;
      if (sureness[index] === NOT_FOUND) continue;
      numAny += 1;
      first = Math.min(first, positions[index]);
      last = Math.max(last, positions[index]);
      if (sureness[index] !== SURE) continue;
      numSure += 1;
      sureLetters += length;
    }
    const shares = EDGES.share.length + 1;
    const length = bucketIndex(query.numWords, EDGES.queryLength) * shares;
    const sureBucket = bucketIndex(numSure / query.numWords, EDGES.share);
    into.push(FIXED_ROWS.sureShare + length + sureBucket);
    into.push(FIXED_ROWS.anyShare + length + bucketIndex(numAny / query.numWords, EDGES.share));
    into.push(FIXED_ROWS.letterShare + bucketIndex(sureLetters / letters, EDGES.share));
    const run = pair.longestRun();
    const isWhole = run === query.numWords ? 1 : 0;
    into.push(FIXED_ROWS.longestRun + bucketIndex(run, EDGES.run) * 2 + isWhole);
    if (numAny > 1) into.push(FIXED_ROWS.gap + bucketIndex(last - first + 1 - numAny, EDGES.gap));
  }

  /** Whether the title has the numbers that the query asks for. */
  private appendNumbers(pair: PairMatch, into: IdBags): void {
    const { query, title, lexicon, sureness } = pair;
    let numNumbers = 0;
    let numFound = 0;
    for (let index = 0; index < query.numWords; index++) {
      if (lexicon.kinds[query.words[index]] !== NUMBER_KIND) continue;
      numNumbers += 1;
      if (sureness[index] === SURE) numFound += 1;
    }
    let state: (typeof NUMBER_STATES)[number] = 'no number';
    if (numNumbers > 0 && numFound === numNumbers) state = 'all found';
    else if (numFound > 0) state = 'some found';
    else if (numNumbers > 0) {
      state = 'no number in title';
      for (let position = 0; position < title.numWords; position++) {
        if (lexicon.kinds[title.words[position]] === NUMBER_KIND) state = 'other number';
      }
    }
    into.push(FIXED_ROWS.numberState + NUMBER_STATES.indexOf(state));
  }

  /** The query's last word, in English what is searched for: found or not, next to which words of the title. */
  private appendHead(pair: PairMatch, into: IdBags): void {
    const { query, title, lexicon, sureness, positions } = pair;
    const head = query.numWords - 1;
    let numOthersSure = 0;
    for (let index = 0; index < head; index++) if (sureness[index] === SURE) numOthersSure += 1;
    const shares = EDGES.share.length + 1;
    const share = head === 0 ? shares - 1 : bucketIndex(numOthersSure / head, EDGES.share);
    into.push(FIXED_ROWS.headAndRest + sureness[head] * shares + share);
    if (title.numWords === 0) return;
    const { hashes, stems } = lexicon;
    const headStem = hashes[stems[query.words[head]]];
    const titleEndStem = hashes[stems[title.words[title.numWords - 1]]];
    this.pushHashed(LAST_WORDS, combineHashes(headStem, titleEndStem), sureness[head], into);
    if (sureness[head] !== SURE) return;
    const position = positions[head];
    // 0 stands for the edge of the title.
    const before = position === 0 ? 0 : hashes[stems[title.words[position - 1]]];
    const after = position + 1 === title.numWords ? 0 : hashes[stems[title.words[position + 1]]];
    this.pushHashed(WORD_BEFORE_HEAD, before, 0, into);
    this.pushHashed(WORD_AFTER_HEAD, after, 0, into);
  }

  /** The title: its length, how much of it was asked for, and whether its ends were. */
  private appendTitle(pair: PairMatch, into: IdBags): void {
    const { query, title, asked, sureness } = pair;
    into.push(FIXED_ROWS.titleLength + bucketIndex(title.numWords, EDGES.titleLength));
    if (title.numWords === 0) return;
    let numAsked = 0;
    for (let position = 0; position < title.numWords; position++) numAsked += asked[position];
    into.push(FIXED_ROWS.titleShare + bucketIndex(numAsked / title.numWords, EDGES.share));
    const head = sureness[query.numWords - 1];
    into.push(FIXED_ROWS.titleEnd + head * 2 + asked[title.numWords - 1]);
    into.push(FIXED_ROWS.titleStart + asked[0]);
  }

  private pushHashed(kind: number, hash: number, value: number, into: IdBags): void {
    const bucket = bucketOf(combineHashes(hash, kind * 4 + value), this.numBuckets);
    into.push(this.numFixed + bucket);
  }
}
