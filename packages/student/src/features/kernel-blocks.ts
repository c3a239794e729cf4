// Blocks in WebAssembly: the same ids as the plain blocks make, in the same order, faster. Texts are written to the kernels'
// memory once for all blocks.
import { MemoryPlan } from '../executors/memory-plan.js';
import type { BlockDefinition, MatchBlockDefinition } from '../model/definition.js';
import {
  canRun,
  createMemory,
  type FeatureKernels,
  startFeatureKernels,
} from '../wasm/kernel-modules.js';
import type { AnalysedText } from './analysed-text.js';
import { type BlockParts, type FeatureBlock, isListed, listOf, statisticsOf } from './block.js';
import type { IdBags } from './feature-buffer.js';
import { writeMatchPlaces } from './match-places.js';
import { type NgramTrie, ROOT } from './ngram-trie.js';
import { ROOM_BYTES, TextMemory } from './text-memory.js';
import { WordRecords } from './word-records.js';

/** Where kernels write how many ids bags have, and what they leave to the caller from here on. */
const COUNTS_BYTE = 1600;
const FIRST_BYTE = 8192;
/** Bytes of a text's entry: where its words begin and end. */
const TEXT_BYTES = 8;
/** Tags that a kernel reads at once. */
const TAGS_TOGETHER = 16;
/** Ids of a pair at most, and some written beyond: 550 in block `match`, 16 times 48 crossed words. */
const MAX_PAIR_IDS = 800;

/** A block's kernel and the address of what it has to know. */
class KernelBlock implements FeatureBlock {
  constructor(
    private readonly run: FeatureKernels[keyof FeatureKernels],
    private readonly memory: TextMemory,
    private readonly address: number,
  ) {}

  appendAll(_: readonly (readonly AnalysedText[])[], count: number, into: IdBags): void {
    const { texts, out, records } = this.memory;
    const end = this.run(texts, count, this.address, COUNTS_BYTE, out);
    into.pushBags(records.numbers, out / 4, end / 4, COUNTS_BYTE / 4, count);
  }
}

/** The blocks of a definition that have kernels. */
export class KernelBlocks {
  /** By index; undefined for kinds that have none. */
  readonly blocks: (FeatureBlock | undefined)[] = [];
  private readonly memories: TextMemory[] = [];

  private constructor(private readonly parts: BlockParts) {}

  /** Kernels for a definition, undefined where this machine cannot run them or has no room. */
  static create(parts: BlockParts): KernelBlocks | undefined {
    if (!canRun('features')) return undefined;
    const created = new KernelBlocks(parts);
    // What words mean to a block `match` depends on its statistics: a second one has a memory of its own.
    const groups: BlockDefinition[][] = [];
    let numMatches = 0;
    for (const block of parts.definition.blocks) {
      if (block.kind !== 'match' && block.kind !== 'cross' && !isListed(block)) continue;
      const group = isMatch(block) ? numMatches++ : 0;
      groups[group] ??= [];
      groups[group].push(block);
    }
    return groups.every((blocks) => created.addGroup(blocks)) ? created : undefined;
  }

  /** Writes the texts of examples, for all blocks that are run next. */
  write(examples: readonly (readonly AnalysedText[])[], count: number): void {
    for (let index = 0; index < this.memories.length; index++) {
      this.memories[index].write(examples, count);
    }
  }

  /** Adds blocks that share a memory; false if there is no room for it. */
  private addGroup(blocks: readonly BlockDefinition[]): boolean {
    const { parts } = this;
    const { definition, lexicon } = parts;
    const { fields, text } = definition;
    const match = blocks.find(isMatch);
    const listed = blocks.filter(isListed).map(listOf);
    const names = [...new Set(listed)];
    const vocabularies = names.map((name) => parts.vocabularies[name]);
    const plan = new MemoryPlan(FIRST_BYTE);
    const lists = vocabularies.map(({ trie }) => placeList(trie, plan));
    const places = blocks.map((block) => {
      const members = this.membersOf(block, lists, names);
      return { block, members, address: plan.reserve(4 * members.length) };
    });
    const room = plan.reserve(ROOM_BYTES);
    const memory = createMemory(plan.sizeBytes);
    if (memory === undefined) return false;
    const { buffer } = memory;
    for (const list of lists) writeList(buffer, list);
    if (match) writeMatchPlaces(buffer, match);
    for (const { members, address } of places) new Int32Array(buffer, address).set(members);
    const records = new WordRecords(memory, plan.sizeBytes, {
      lexicon,
      vocabularies,
      isCompared: match !== undefined,
      statistics: match && statisticsOf(match, parts),
    });
    const most = {
      ofExample: blocks.length > listed.length ? MAX_PAIR_IDS : 0,
      ofWord: listed.length > 0 ? text.ngrams : 0,
    };
    const texts = new TextMemory(records, room, fields.length, most);
    this.memories.push(texts);
    const kernels = startFeatureKernels(memory);
    for (const { block, address } of places) {
      const run = kernels[block.kind as keyof FeatureKernels];
      this.blocks[definition.blocks.indexOf(block)] = new KernelBlock(run, texts, address);
    }
    return true;
  }

  /** What a kernel reads of its block, in its order. */
  private membersOf(
    block: BlockDefinition,
    lists: readonly PlacedList[],
    names: readonly string[],
  ): number[] {
    const { definition, marks } = this.parts;
    const { fields, text } = definition;
    const texts = block.fields.map((field) => TEXT_BYTES * fields.indexOf(field));
    const members = [TEXT_BYTES * fields.length];
    if (block.kind === 'ngrams') {
      const list = names.indexOf(listOf(block));
      const { trie, tags, nodes } = lists[list];
      const startNode = trie.step(ROOT, trie.wordId(marks.start));
      members.push(trie.wordId(marks.end), startNode, text.ngrams);
      members.push(trie.tags.length - 1, tags, nodes, WordRecords.knownBefore(list));
      members.push(texts.length);
    }
    members.push(...texts);
    if (block.kind === 'cross') members.push(block.size, Math.floor(0xffffffff / block.size));
    return members;
  }
}

/** A list's tree, and where its tags and nodes are in the kernels' memory. */
interface PlacedList {
  trie: NgramTrie;
  tags: number;
  nodes: number;
}

function placeList(trie: NgramTrie, plan: MemoryPlan): PlacedList {
  const tags = plan.reserve(trie.tags.length + TAGS_TOGETHER);
  return { trie, tags, nodes: plan.reserve(trie.nodes.byteLength) };
}

function writeList(buffer: ArrayBuffer, { trie, tags, nodes }: PlacedList): void {
  const numPlaces = trie.tags.length;
  const copy = new Uint8Array(buffer, tags, numPlaces + TAGS_TOGETHER);
  copy.set(trie.tags);
  // Behind the last one they begin again.
  for (let at = numPlaces; at < copy.length; at++) copy[at] = copy[at - numPlaces];
  new Int32Array(buffer, nodes).set(trie.nodes);
}

function isMatch(block: BlockDefinition): block is MatchBlockDefinition {
  return block.kind === 'match';
}
