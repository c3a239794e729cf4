// Where `prepare` keeps its steps: each is a folder that appears whole, so that a killed run goes on behind the last one.
// What a step does and which steps there are is not known here.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import { describeWriteError, readJson, writeJsonAtomically } from '../../foundation/files.js';

/** A finished step. */
export interface FinishedStep<Figures> {
  /** Its folder. */
  folder: string;
  /** What it counted. */
  figures: Figures;
}

const KEY_FILE = 'key.json';
const LOCK_FILE = 'lock';
const FIGURES_FILE = 'figures.json';

/** Folders that are open in this process: a lock file tells processes apart, not two runs of one. */
const OPEN_HERE = new Set<string>();

/**
 * The folder `.<out>.preparing` beside an output.
 * @example
 * const work = await WorkFolder.open('data', fingerprint);
 * const { folder, figures } = await work.step('items', async (folder) => ({ numItems: await writeItems(folder) }));
 * await work.remove();
 */
export class WorkFolder {
  private constructor(
    readonly path: string,
    private readonly onStep: (name: string, seconds: number) => void,
  ) {}

  /**
   * Opens the folder of `out`; steps of another `key` are removed.
   * @param key fingerprint of everything that decides what the steps make
   * @param onStep called after each step that was made now
   * @throws Bert2dnnError WRITE_FAILED if somebody who is alive works there: another process, or another run of this one.
   */
  static async open(
    out: string,
    key: string,
    onStep: (name: string, seconds: number) => void = () => undefined,
  ): Promise<WorkFolder> {
    const target = resolve(out);
    const path = join(dirname(target), `.${basename(target)}.preparing`);
    if (OPEN_HERE.has(path)) throw inUse(out, path, process.pid);
    OPEN_HERE.add(path);
    const work = new WorkFolder(path, onStep);
    try {
      await mkdir(path, { recursive: true });
      await work.lock(out);
      if ((await readKey(path)) !== key) await work.clear(key);
      for (const name of await readdir(path)) {
        if (name.startsWith('.tmp-')) await rm(join(path, name), { recursive: true, force: true });
      }
    } catch (error) {
      OPEN_HERE.delete(path);
      throw describeWriteError(out, error);
    }
    return work;
  }

  /**
   * What the step `name` made; it is made now if it is not there yet.
   * `make` writes into the folder that it is given and returns figures that survive JSON.
   */
  async step<Figures>(
    name: string,
    make: (folder: string) => Promise<Figures>,
  ): Promise<FinishedStep<Figures>> {
    const folder = join(this.path, name);
    const figuresPath = join(folder, FIGURES_FILE);
    const known = await readFile(figuresPath, 'utf8').catch(() => undefined);
    if (known !== undefined) return { folder, figures: JSON.parse(known) as Figures };
    const temporary = join(this.path, `.tmp-${name}`);
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary);
    const startMs = performance.now();
    const figures = await make(temporary);
    await writeJsonAtomically(join(temporary, FIGURES_FILE), figures);
    await rename(temporary, folder);
    this.onStep(name, (performance.now() - startMs) / 1000);
    return { folder, figures };
  }

  /** Gives up a step that nothing reads any more: its space is free, and it counts as done. */
  async empty(step: FinishedStep<unknown>): Promise<void> {
    for (const name of await readdir(step.folder)) {
      if (name !== FIGURES_FILE)
        await rm(join(step.folder, name), { recursive: true, force: true });
    }
  }

  /** An empty folder for what no later run needs. */
  async scratch(name: string): Promise<string> {
    const folder = join(this.path, `.tmp-${name}`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    return folder;
  }

  /** A folder for what a statement cannot hold in memory. */
  get spillFolder(): string {
    return join(this.path, '.tmp-spill');
  }

  /** Removes everything. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    OPEN_HERE.delete(this.path);
  }

  /** Lets another process work here; the steps stay. */
  async release(): Promise<void> {
    await rm(join(this.path, LOCK_FILE), { force: true });
    OPEN_HERE.delete(this.path);
  }

  private async clear(key: string): Promise<void> {
    for (const name of await readdir(this.path)) {
      if (name !== LOCK_FILE) await rm(join(this.path, name), { recursive: true, force: true });
    }
    await writeJsonAtomically(join(this.path, KEY_FILE), { key });
  }

  private async lock(out: string): Promise<void> {
    const path = join(this.path, LOCK_FILE);
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && holder !== process.pid && isAlive(holder)) {
      throw inUse(out, this.path, holder);
    }
    const handle = await open(path, 'w');
    await handle.writeFile(String(process.pid));
    await handle.close();
  }
}

function inUse(out: string, path: string, pid: number): Bert2dnnError {
  const lock = join(path, LOCK_FILE);
  return new Bert2dnnError('WRITE_FAILED', `${out}: process ${pid} is preparing the same folder`, {
    hint: `Wait for it, choose another --out, or remove ${lock} if it is another program.`,
  });
}

async function readKey(path: string): Promise<string | undefined> {
  const content = (await readJson(join(path, KEY_FILE)).catch(() => undefined)) as
    | { key?: string }
    | undefined;
  return content?.key;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
