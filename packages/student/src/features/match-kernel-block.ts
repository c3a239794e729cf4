// Block `match` in WebAssembly: the same ids as `MatchBlock` in the same order, faster.
import type { MatchBlockDefinition } from '../model/definition.js';
import { canRun, type MatchKernel, startMatchKernel } from '../wasm/kernel-modules.js';
import type { AnalysedText } from './analysed-text.js';
import type { FeatureBlock } from './block.js';
import type { IdBags } from './feature-buffer.js';
import type { MatchBlockParts } from './match-block.js';
import { IDS_BYTE, MAX_PAIRS, MatchMemory, PAIRS_BYTE } from './match-memory.js';
import { MAX_MATCH_WORDS } from './pair-match.js';

/** How query words are found in a title. */
export class MatchKernelBlock implements FeatureBlock {
  private readonly kernel: MatchKernel;

  private constructor(
    private readonly memory: MatchMemory,
    private readonly fieldIndices: readonly [number, number],
  ) {
    this.kernel = startMatchKernel(memory.memory);
  }

  /** A block, or undefined where this machine cannot run it or has no room. */
  static create(
    definition: MatchBlockDefinition,
    fieldIndices: readonly [number, number],
    parts: MatchBlockParts,
  ): MatchKernelBlock | undefined {
    const memory = canRun('match') ? MatchMemory.create(definition, parts) : undefined;
    return memory && new MatchKernelBlock(memory, fieldIndices);
  }

  appendAll(examples: readonly (readonly AnalysedText[])[], count: number, into: IdBags): void {
    for (let start = 0; start < count; start += MAX_PAIRS) {
      this.appendSome(examples, start, Math.min(start + MAX_PAIRS, count), into);
    }
  }

  private appendSome(
    examples: readonly (readonly AnalysedText[])[],
    start: number,
    end: number,
    into: IdBags,
  ): void {
    const [left, right] = this.fieldIndices;
    this.memory.begin();
    let place = PAIRS_BYTE / 4;
    for (let index = start; index < end; index++) {
      place = this.writePair(examples[index][left], examples[index][right], place);
    }
    this.kernel.matchPairs(PAIRS_BYTE, end - start, IDS_BYTE);
    const { numbers } = this.memory;
    place = IDS_BYTE / 4;
    for (let index = start; index < end; index++) {
      const numIds = numbers[place++];
      into.pushAll(numbers, place, place + numIds);
      place += numIds;
      into.endExample();
    }
  }

  /** Writes a pair for the kernel; returns where the next one goes. */
  private writePair(query: AnalysedText, title: AnalysedText, place: number): number {
    const numQuery = Math.min(query.numWords, MAX_MATCH_WORDS.query);
    const numTitle = Math.min(title.numWords, MAX_MATCH_WORDS.title);
    const titlePlace = this.writeWords(query.words, numQuery, place + 2);
    const end = this.writeWords(title.words, numTitle, titlePlace);
    const { numbers } = this.memory;
    numbers[place] = numQuery;
    numbers[place + 1] = numTitle;
    return end;
  }

  private writeWords(words: Int32Array, numWords: number, place: number): number {
    const { memory } = this;
    for (let index = 0; index < numWords; index++) {
      const record = memory.recordOf(words[index]);
      memory.numbers[place + index] = record;
    }
    return place + numWords;
  }
}
