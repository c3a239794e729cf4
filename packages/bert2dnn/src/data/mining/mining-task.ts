// What the thread that mines and its workers tell each other. All arrays are shared memory, so messages are small.
import type { LoadedBlock } from './block-store.js';
import type { CategoryMembers } from './category-members.js';
import type { Collection } from './collection.js';
import { maxHits, maxPairs, type PairChoiceOptions } from './pair-choice.js';

/** What a worker knows from its start. */
export interface MiningSetting {
  collection: Collection;
  categories: CategoryMembers;
  choice: PairChoiceOptions;
}

/** Results of a piece of queries, by place in the piece; kept from task to task. */
export interface PieceArrays {
  /** [queries, maxHits] the best so far, as `TopDocuments` holds them. */
  hitDocuments: Uint32Array;
  hitScores: Float64Array;
  /** [queries] */
  numHits: Uint32Array;
  /** [queries, maxPairs] written with the last block. */
  items: Uint32Array;
  origins: Uint8Array;
  /** [queries] */
  numPairs: Uint32Array;
}

/** Some queries of a piece to be searched in some blocks. */
export interface MiningTask {
  queries: readonly string[];
  /** Place of the first of them in the piece. */
  firstPlace: number;
  /** In the order of their documents, as are the tasks of a query. */
  blocks: readonly LoadedBlock[];
  /** Whether nothing was searched for these queries yet. */
  isFirst: boolean;
  /** Whether no block is left, so that the pairs are chosen. */
  isLast: boolean;
  piece: PieceArrays;
}

/** Arrays for a piece of at most so many queries: 12 bytes a hit and 5 a pair. */
export function createPieceArrays(numQueries: number, choice: PairChoiceOptions): PieceArrays {
  const numHits = numQueries * maxHits(choice);
  const numPairs = numQueries * maxPairs(choice);
  const words = (length: number) => new Uint32Array(new SharedArrayBuffer(length * 4));
  return {
    hitDocuments: words(numHits),
    hitScores: new Float64Array(new SharedArrayBuffer(numHits * 8)),
    numHits: words(numQueries),
    items: words(numPairs),
    origins: new Uint8Array(new SharedArrayBuffer(numPairs)),
    numPairs: words(numQueries),
  };
}
