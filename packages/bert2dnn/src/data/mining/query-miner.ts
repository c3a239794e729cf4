// Mines queries one after the other in one thread: searches blocks, and after the last block chooses the pairs.
// Threads and messages are not known here.
import { splitWords } from '@bert2dnn/student';
import { BlockSearcher, type SearchableBlock } from './block-searcher.js';
import { viewLoaded } from './block-store.js';
import { saturationsOf, weighQuery } from './collection.js';
import type { MiningSetting, MiningTask, PieceArrays } from './mining-task.js';
import { choosePairs, maxHits, maxPairs, type PairPlan, planPairs } from './pair-choice.js';
import { TopDocuments } from './top-documents.js';

/** Does the tasks of one catalogue; holds its accumulators. */
export class QueryMiner {
  private readonly searcher = new BlockSearcher();
  private readonly top = new TopDocuments();

  constructor(private readonly setting: MiningSetting) {}

  /** Searches the task's queries in its blocks and writes what was found into its piece. */
  run(task: MiningTask): void {
    const blocks = task.blocks.map((loaded) => {
      const block = viewLoaded(loaded);
      return { block, saturations: saturationsOf(block, this.setting.collection) };
    });
    task.queries.forEach((query, index) => {
      this.mine(query, task.firstPlace + index, { task, blocks });
    });
  }

  private mine(
    query: string,
    place: number,
    { task, blocks }: { task: MiningTask; blocks: readonly SearchableBlock[] },
  ): void {
    const { collection, choice } = this.setting;
    const plan = planPairs(query, choice);
    const { top } = this;
    top.reset(plan.numHits);
    if (!task.isFirst) this.restore(place, task.piece);
    const weighed = weighQuery(collection, splitWords(query));
    for (const block of blocks) this.searcher.search(block, weighed, top);
    if (task.isLast) this.choose(plan, place, task.piece);
    else this.keep(place, task.piece);
  }

  private choose(plan: PairPlan, place: number, piece: PieceArrays): void {
    const { top } = this;
    const { choice, categories } = this.setting;
    top.sort();
    const { items, origins, numPairs } = piece;
    const width = maxPairs(choice);
    const start = place * width;
    const catalogue = { numItems: choice.numItems, categories };
    choosePairs(plan, top.documents.subarray(0, top.size), catalogue, {
      items: items.subarray(start, start + width),
      origins: origins.subarray(start, start + width),
    });
    numPairs[place] = plan.numPairs;
  }

  private keep(place: number, piece: PieceArrays): void {
    const start = place * maxHits(this.setting.choice);
    piece.numHits[place] = this.top.size;
    piece.hitDocuments.set(this.top.documents.subarray(0, this.top.size), start);
    piece.hitScores.set(this.top.scores.subarray(0, this.top.size), start);
  }

  private restore(place: number, piece: PieceArrays): void {
    const start = place * maxHits(this.setting.choice);
    const end = start + piece.numHits[place];
    this.top.size = piece.numHits[place];
    this.top.documents.set(piece.hitDocuments.subarray(start, end));
    this.top.scores.set(piece.hitScores.subarray(start, end));
  }
}
