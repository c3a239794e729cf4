// Weights in several files: read as one, and every way in which the files can disagree is refused by name.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type SafetensorsTensor,
  type TensorToWrite,
  toFloat32,
  writeSafetensors,
} from '@bert2dnn/student';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFolderTensors } from '../../src/teacher/folder-tensors.js';
import { goldenFolder } from './golden-model.js';

type Tensors = Map<string, SafetensorsTensor>;

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'shards-')), 'model');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

describe('shards', () => {
  const FIRST = 'model-00001-of-00002.safetensors';
  const SECOND = 'model-00002-of-00002.safetensors';

  /** Splits a golden model into two files by turns. */
  async function writeShards(
    change: (map: Record<string, string>, parts: Record<string, Tensors>) => void,
  ) {
    const { tensors } = await readFolderTensors(goldenFolder('distilbert'));
    const parts: Record<string, Tensors> = { [FIRST]: new Map(), [SECOND]: new Map() };
    const map: Record<string, string> = {};
    for (const [index, [name, tensor]] of [...tensors].entries()) {
      map[name] = index % 2 === 0 ? FIRST : SECOND;
      parts[map[name]].set(name, tensor);
    }
    change(map, parts);
    await cp(goldenFolder('distilbert'), folder, { recursive: true });
    await rm(join(folder, 'model.safetensors'));
    const index = { metadata: {}, weight_map: map };
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
    for (const [file, part] of Object.entries(parts)) {
      const content: Record<string, TensorToWrite> = Object.fromEntries(part);
      await writeFile(join(folder, file), writeSafetensors(content));
    }
  }

  const EMBEDDINGS = 'distilbert.embeddings.word_embeddings.weight';
  const HEAD = 'pre_classifier.weight';

  it('are read as one', async () => {
    await writeShards(() => {});
    const { tensors } = await readFolderTensors(folder);
    const { tensors: expected } = await readFolderTensors(goldenFolder('distilbert'));
    expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, tensor] of expected) {
      expect([...toFloat32(tensors.get(name)!)]).toEqual([...toFloat32(tensor)]);
    }
  });

  it.each<[string, string, Parameters<typeof writeShards>[0], RegExp]>([
    [
      'a shard that is not there',
      'FILE_MISSING',
      (_, parts) => {
        delete parts[SECOND];
      },
      /model-00002-of-00002\.safetensors: named in .*index\.json, not there/,
    ],
    [
      'a tensor that its shard does not have',
      'TEACHER_INVALID',
      (map, parts) => parts[map[HEAD]].delete(HEAD),
      /index\.json: "pre_classifier\.weight" is in no shard, expected in model-0000/,
    ],
    [
      'a tensor in the other shard',
      'TEACHER_INVALID',
      (map) => {
        map[HEAD] = map[HEAD] === FIRST ? SECOND : FIRST;
      },
      /"pre_classifier\.weight" is in model-0000\d.*, expected in model-0000\d/,
    ],
    [
      'a tensor in two shards',
      'TEACHER_INVALID',
      (_, parts) => {
        for (const part of Object.values(parts))
          part.set(EMBEDDINGS, { dtype: 'F32', shape: [1], data: new Uint8Array(4) });
      },
      /"distilbert\.embeddings\.word_embeddings\.weight" is in model-00001.* and in model-00002/,
    ],
    [
      'a place outside the folder',
      'TEACHER_INVALID',
      (map) => {
        map[HEAD] = '../other.safetensors';
      },
      /"pre_classifier\.weight" is in "\.\.\/other\.safetensors", expected the name of a \.safetensors file/,
    ],
    [
      'an empty index',
      'TEACHER_INVALID',
      (map) => {
        for (const name of Object.keys(map)) delete map[name];
      },
      /"weight_map" is missing or empty/,
    ],
  ])('with %s are refused', async (_, code, change, message) => {
    await writeShards(change);
    await expect(readFolderTensors(folder)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
