// Makes a shard of features from its rows, or reads it where the cache has it whole. One per thread; trains nothing.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FeatureDefinition,
  Featurizer,
  Vocabulary,
  type VocabularyTensors,
} from '@bert2dnn/student';
import { type ExampleSet, readExamples } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { writeFileAtomically } from '../foundation/files.js';
import { checkShard, encodeShard } from './feature-shard.js';

/** What a maker works on: plain data, so that it can be sent to a thread. */
export interface ShardSetting {
  set: ExampleSet;
  definition: FeatureDefinition;
  /** By block name. */
  vocabularies: Record<string, VocabularyTensors>;
  /** Fingerprint of all that the ids depend on. */
  key: string;
  /** Folder of the shards; absent: nothing is written. */
  folder?: string;
  /** Examples of a full shard, a power of two. */
  shardExamples: number;
}

/** A shard as bytes, and where they come from. */
export interface MadeShard {
  bytes: ArrayBuffer;
  /** Whether it was featurised now, and not read. */
  isNew: boolean;
  /** What was wrong with the file that it replaces. */
  damage?: string;
}

/** Name of a shard's file in its folder. */
export function shardFileName(shardIndex: number): string {
  return `shard-${String(shardIndex).padStart(7, '0')}.features`;
}

/** Reads or makes shards. Holds scratch and the vocabularies. */
export class ShardMaker {
  readonly #featurizer: Featurizer;
  readonly #groupField: number;

  constructor(private readonly setting: ShardSetting) {
    const { definition, vocabularies } = setting;
    const opened = Object.entries(vocabularies).map(([name, tensors]) => [
      name,
      Vocabulary.fromTensors(tensors),
    ]);
    this.#featurizer = new Featurizer(definition, Object.fromEntries(opened));
    this.#groupField = definition.fields.indexOf('query');
  }

  /**
   * The shard with a number, from the cache or from its rows; a new one is put into the cache.
   * @throws Bert2dnnError DISK_FULL, WRITE_FAILED, or as `readExamples`. Shards that are there stay.
   */
  async make(index: number): Promise<MadeShard> {
    const { folder, key } = this.setting;
    const path = folder && join(folder, shardFileName(index));
    const found = path && (await readShardFile(path, { key, index }));
    if (found instanceof ArrayBuffer) return { bytes: found, isNew: false };
    const bytes = await this.#featurize(index);
    if (path !== undefined) await writeFileAtomically(path, new Uint8Array(bytes));
    return { bytes, isNew: true, damage: found };
  }

  async #featurize(index: number): Promise<ArrayBuffer> {
    const { set, definition, key, shardExamples } = this.setting;
    const start = index * shardExamples;
    const count = Math.min(shardExamples, set.numRows - start);
    const buffer = this.#featurizer.createBuffer();
    const hasGroups = set.group !== undefined || this.#groupField >= 0;
    const groupKeys = hasGroups ? new BigUint64Array(count) : undefined;
    const keyOf = groupKeyMaker();
    const example = definition.fields.map(() => '');
    for await (const batch of readExamples(set, { start, count })) {
      const groups = batch.groups ?? batch.fields[this.#groupField];
      const first = buffer.numExamples;
      for (let row = 0; groupKeys !== undefined && row < batch.numRows; row++) {
        groupKeys[first + row] = keyOf(groups[row]);
      }
      const exampleAt = (row: number) => {
        for (let field = 0; field < example.length; field++) {
          example[field] = batch.fields[field][row];
        }
        return example;
      };
      this.#featurizer.featurizeAll(batch.numRows, exampleAt, buffer);
    }
    if (buffer.numExamples !== count) {
      throw new Bert2dnnError(
        'FILE_CORRUPT',
        `${set.files.join(', ')}: got ${buffer.numExamples} rows from row ${start + 1} on, expected ${count}: the files changed`,
      );
    }
    return encodeShard({ key, index }, buffer, groupKeys);
  }
}

/** The bytes of a whole file, `undefined` if there is none, or what is wrong with it. */
async function readShardFile(
  path: string,
  name: { key: string; index: number },
): Promise<ArrayBuffer | string | undefined> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : message;
  }
  // Files have a buffer of their own, small ones a part of a shared one.
  const isAlone = content.byteLength === content.buffer.byteLength;
  const bytes = (isAlone ? content.buffer : new Uint8Array(content).buffer) as ArrayBuffer;
  try {
    checkShard(bytes, name, path);
    return bytes;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Keys of groups: the first 64 bits of SHA-256. 32 bits would merge some hundred pairs of a million groups; with 64 the
 * chance of one pair among 10^8 groups is 3 in 10,000.
 */
function groupKeyMaker(): (group: string) => bigint {
  const known = new Map<string, bigint>();
  return (group) => {
    let key = known.get(group);
    if (key === undefined) {
      key = createHash('sha256').update(group).digest().readBigUInt64LE();
      known.set(group, key);
    }
    return key;
  };
}
