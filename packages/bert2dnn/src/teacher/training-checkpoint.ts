// Checkpoints of a training: what it needs to go on as if nothing had happened. The last good one stays until the next
// is whole; one of another training is never resumed. The format is our own business: no other program reads it.
import { readdir, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson, writeJsonAtomically } from '../foundation/files.js';
import { fingerprintArrays, fingerprintJson, type Json } from '../foundation/fingerprint.js';
import type { Progress } from '../foundation/progress.js';
import { CODE_VERSION } from '../foundation/version.js';
import type { LoopSettings } from './loop-settings.js';
import type { Parameters } from './parameters.js';
import { readTensorFile, type TensorFileRecord, writeTensorFile } from './tensor-file.js';

/** What a checkpoint holds. `State` is plain JSON. */
export interface Checkpoint<State> {
  parameters: Parameters;
  /** Arrays of the optimizer by name. */
  optimizer: Record<string, Float32Array>;
  /** Values after the best epoch so far; empty before the first one has ended. */
  best: Parameters;
  state: State;
}

/** A checkpoint to write. */
export interface CheckpointToWrite<State> extends Checkpoint<State> {
  /** Another one for every checkpoint of a training. */
  name: string;
  /** Another one for every `best`; '' when that is empty. */
  bestName: string;
}

/** What a keeper works on. */
export interface CheckpointKeeperOptions {
  /** The verb, in progress notes. */
  name: string;
  /** First values of the training: they are part of what it is. */
  parameters: Parameters;
  /** Settings; those of threads and of the rhythm of checkpoints are no part of it. */
  settings: LoopSettings | { [name: string]: Json };
  progress: Progress;
  /** Folder of the checkpoints; made when the first is written. */
  folder: string;
  /** Whatever else the training depends on. */
  identity: Json;
}

/** A file of arrays, as a manifest names it. */
type FileEntry = TensorFileRecord & { file: string };

/** The JSON of a checkpoint, written last. */
interface Manifest {
  format: typeof FORMAT;
  version: typeof VERSION;
  state: unknown;
  values: FileEntry;
  best: FileEntry | null;
}

const FORMAT = 'bert2dnn-checkpoint';
const VERSION = 1;
/** Files of a keeper: `<key>.<name>.json`, `<key>.<name>.safetensors`; what a killed write left. */
const OWN_NAME =
  /^(\.tmp-[0-9a-f]{12}-([0-9a-f]{8}\.\d+-)?)?[0-9a-f]{16}\.[^/]+\.(json|safetensors)$/;
const PARAMETER = 'parameter:';

/** Writes and finds the checkpoints of one training. */
export class CheckpointKeeper<State> {
  readonly #options: CheckpointKeeperOptions;
  /** What the training is: another one's files have another key. */
  readonly #key: string;
  /** File names of the checkpoints that are known to be whole, the newest last. */
  #kept: string[][] = [];
  #best: FileEntry | null = null;
  #hasFailed = false;

  constructor(options: CheckpointKeeperOptions) {
    this.#options = options;
    this.#key = keyOf(options);
  }

  /** The newest whole checkpoint of this training. A damaged one, and one of another training, is noted. */
  async read(): Promise<Checkpoint<State> | undefined> {
    const { folder, name, progress } = this.#options;
    const manifests = (await listFiles(folder)).filter((file) => /^[0-9a-f].*\.json$/.test(file));
    const own = manifests.filter((file) => file.startsWith(this.#key)).sort(byNumbers);
    for (const file of own.reverse()) {
      try {
        return await this.#open(file);
      } catch (error) {
        if (!(error instanceof Bert2dnnError) && !isSystemError(error)) throw error;
        progress.note(`${name}: a damaged checkpoint is left out (${(error as Error).message})`);
      }
    }
    if (own.length > 0) progress.note(`${name}: no checkpoint is whole; the training starts anew`);
    else if (manifests.length > 0) {
      progress.note(
        `${name}: the checkpoint in ${folder} is of another training (data, options, model or version differ); this one starts anew and replaces it with its first checkpoint`,
      );
    }
    return undefined;
  }

  /**
   * Writes a checkpoint; the one before it stays beside it. A failure is noted once, and the training may go on:
   * the last whole checkpoint is as it was.
   */
  async write(content: CheckpointToWrite<State>): Promise<void> {
    const { name, progress } = this.#options;
    const isThere = this.#kept.at(-1)?.includes(this.#manifestFile(content.name));
    if (isThere === true) return;
    try {
      await this.#removeAllBut(this.#kept.slice(-1), (file) => file.includes(this.#key));
      this.#kept.push(await this.#writeFiles(content));
      await this.#removeAllBut(this.#kept.slice(-2), () => true);
    } catch (error) {
      if (!isWriteError(error)) throw error;
      if (!this.#hasFailed) {
        const stays = this.#kept.length > 0 ? ', the checkpoint before it stays' : '';
        progress.note(
          `${name}: a checkpoint could not be written (${(error as Error).message}); the training goes on${stays}`,
        );
      }
      this.#hasFailed = true;
    }
  }

  async #open(file: string): Promise<Checkpoint<State>> {
    const { folder } = this.#options;
    const path = join(folder, file);
    const { values, best, state } = checkManifest(await readJson(path), path);
    const arrays = Object.entries(await readTensorFile(join(folder, values.file), values));
    const found = {
      parameters: withoutPrefix(arrays.filter(([name]) => name.startsWith(PARAMETER))),
      optimizer: Object.fromEntries(arrays.filter(([name]) => !name.startsWith(PARAMETER))),
      best: best === null ? {} : await readTensorFile(join(folder, best.file), best),
      state: state as State,
    };
    this.#best = best;
    this.#kept = [[file, values.file, ...(best === null ? [] : [best.file])]];
    return found;
  }

  /** Gives the names of the checkpoint's files. */
  async #writeFiles(content: CheckpointToWrite<State>): Promise<string[]> {
    const { parameters, optimizer, best, state, name, bestName } = content;
    const bestFile = `${this.#key}.best-${bestName}.safetensors`;
    if (bestName === '') this.#best = null;
    else if (this.#best?.file !== bestFile) this.#best = await this.#writeArrays(bestFile, best);
    const named = Object.entries(parameters).map(([place, array]) => [PARAMETER + place, array]);
    const values = await this.#writeArrays(`${this.#key}.${name}.safetensors`, {
      ...Object.fromEntries(named),
      ...optimizer,
    });
    const manifest: Manifest = {
      format: FORMAT,
      version: VERSION,
      state,
      values,
      best: this.#best,
    };
    const file = this.#manifestFile(name);
    const check = fingerprintJson(asJson(manifest));
    await writeJsonAtomically(join(this.#options.folder, file), { ...manifest, check });
    return [file, values.file, ...(this.#best === null ? [] : [this.#best.file])];
  }

  #manifestFile(name: string): string {
    return `${this.#key}.${name}.json`;
  }

  async #writeArrays(file: string, arrays: Record<string, Float32Array>): Promise<FileEntry> {
    return { file, ...(await writeTensorFile(join(this.#options.folder, file), arrays)) };
  }

  /** Frees space: what `isMeant` of the folder's own files goes, but for the files of `kept`. */
  async #removeAllBut(kept: string[][], isMeant: (file: string) => boolean): Promise<void> {
    const { folder } = this.#options;
    const needed = new Set(kept.flat());
    for (const file of await listFiles(folder)) {
      if (!OWN_NAME.test(file) || needed.has(file) || !isMeant(file)) continue;
      await rm(join(folder, file), { force: true }).catch(() => undefined);
    }
  }
}

/** The folder for the checkpoints of a training that writes `out`: hidden, beside it. */
export function checkpointFolderOf(out: string): string {
  const target = resolve(out);
  return join(dirname(target), `.${basename(target)}.training`);
}

/** Removes the checkpoints of a training whose result is in place, and their folder if nothing else is in it. */
export async function removeCheckpoints(folder: string): Promise<void> {
  try {
    for (const file of await listFiles(folder)) {
      if (OWN_NAME.test(file)) await rm(join(folder, file), { force: true });
    }
    await rmdir(folder);
  } catch {
    // It costs space only, and the next training of this place replaces it.
  }
}

/** Threads and the rhythm of checkpoints change no result: whoever goes on may change them. */
function keyOf({ name, parameters, settings, identity }: CheckpointKeeperOptions): string {
  const all = { ...settings } as { [name: string]: Json };
  const { threads: _, checkpointSteps: __, checkpointSeconds: ___, ...relevant } = all;
  const values = fingerprintArrays(parameters);
  return fingerprintJson({ version: CODE_VERSION, name, settings: relevant, identity, values });
}

function checkManifest(value: unknown, path: string): Manifest {
  const { check, ...manifest } = (value ?? {}) as Manifest & { check?: string };
  const isOurs = manifest.format === FORMAT && manifest.version === VERSION;
  if (isOurs && check === fingerprintJson(asJson(manifest))) return manifest;
  throw new Bert2dnnError('FILE_CORRUPT', `${path}: not what was written`);
}

function withoutPrefix(arrays: [string, Float32Array][]): Parameters {
  return Object.fromEntries(arrays.map(([name, array]) => [name.slice(PARAMETER.length), array]));
}

/** File names in order of the numbers in them: `9-1` before `10-1`. */
function byNumbers(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}

/** Names in a folder; none if it is not there, or not a folder. */
async function listFiles(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function isWriteError(error: unknown): boolean {
  if (error instanceof Bert2dnnError)
    return error.code === 'DISK_FULL' || error.code === 'WRITE_FAILED';
  return isSystemError(error);
}

function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
