// The cache folder of a distillation: shards of features, texts made ready for threads, vocabularies; by fingerprint, so
// that one folder serves many runs. Beside the output it goes with the run's end; where a user names it, it stays.
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Vocabulary } from '@bert2dnn/student';
import { readJson, writeJsonAtomically } from '../foundation/files.js';
import { fingerprintJson, type Json } from '../foundation/fingerprint.js';
import { removeLeftovers } from '../foundation/temporary-names.js';
import type { Vocabularies } from './featurize.js';

/** Where features are kept. */
export interface FeatureFolder {
  path: string;
  /** Whether it stays when the student is in place. */
  isKept: boolean;
}

/** The folder that a user named, or a hidden one beside the output. */
export function featureFolderOf(out: string, cache: string | undefined): FeatureFolder {
  if (cache !== undefined) return { path: resolve(cache), isKept: true };
  const target = resolve(out);
  return { path: join(dirname(target), `.${basename(target)}.features`), isKept: false };
}

/** Folder of the shards with a key. */
export function shardFolder({ path }: FeatureFolder, key: string): string {
  return join(path, `shards-${key}`);
}

/** Folder of the texts with a key. */
export function textFolder({ path }: FeatureFolder, key: string): string {
  return join(path, `texts-${key}`);
}

/** What a distillation puts into its folder; whatever else is there stays. */
const OWN_NAME =
  /^((shards|texts)-[0-9a-f]{16}|runs-\d+|(\.tmp-[0-9a-f]{12}-[0-9a-f]{8}\.\d+-)?vocabularies-[0-9a-f]{16}\.json)$/;

/** Removes the folder of a run whose student is in place, unless it is to be kept. A failure costs space only. */
export async function removeFeatures(folder: FeatureFolder): Promise<void> {
  const { path, isKept } = folder;
  if (isKept) return removeKilledRuns(folder);
  try {
    for (const name of await readdir(path)) {
      if (OWN_NAME.test(name)) await rm(join(path, name), { recursive: true, force: true });
    }
    await rmdir(path);
  } catch {
    // It was never made, or the next run of this place removes it.
  }
}

/** Counts of a killed run are removed when they are so old: another run may still be writing them. */
const COUNTS_AGE_MS = 3_600_000;

/** Removes what killed runs left in a folder that is kept. A failure costs space only. */
async function removeKilledRuns({ path }: FeatureFolder): Promise<void> {
  await removeLeftovers(path);
  for (const name of await readdir(path).catch(() => [])) {
    const entry = join(path, name);
    if (!/^runs-\d+$/.test(name)) await removeLeftovers(entry);
    else if ((await ageMs(entry)) > COUNTS_AGE_MS) {
      await rm(entry, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** Time since a file or folder was changed; 0 if it is gone. */
async function ageMs(path: string): Promise<number> {
  const entry = await stat(path).catch(() => undefined);
  return entry === undefined ? 0 : Date.now() - entry.mtimeMs;
}

/** Vocabularies that were chosen before with the same key; `undefined` if there are none, or damaged ones. */
export async function readVocabularies(
  { path }: FeatureFolder,
  key: string,
): Promise<Vocabularies | undefined> {
  const content = (await readJson(vocabularyFile(path, key)).catch(() => undefined)) as
    | { tokens: Record<string, string[]>; check: string }
    | undefined;
  if (content?.tokens === undefined || content.check !== checkOf(key, content.tokens))
    return undefined;
  const entries = Object.entries(content.tokens);
  return Object.fromEntries(entries.map(([name, own]) => [name, Vocabulary.fromTokens(own)]));
}

/** Keeps vocabularies for `readVocabularies`. @throws Bert2dnnError DISK_FULL, WRITE_FAILED. */
export async function writeVocabularies(
  { path }: FeatureFolder,
  key: string,
  vocabularies: Vocabularies,
): Promise<void> {
  const tokens = Object.fromEntries(
    Object.entries(vocabularies).map(([name, vocabulary]) => [name, [...vocabulary.tokens]]),
  );
  await writeJsonAtomically(vocabularyFile(path, key), { tokens, check: checkOf(key, tokens) });
}

function vocabularyFile(path: string, key: string): string {
  return join(path, `vocabularies-${key}.json`);
}

function checkOf(key: string, tokens: Record<string, string[]>): string {
  return fingerprintJson([key, tokens as Json]);
}
