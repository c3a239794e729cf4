// A folder in which the examples of examples/schedulers run: a tiny teacher, texts, and `bert2dnn` on the PATH.
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN_FILE = join(ROOT, 'packages/bert2dnn/dist/cli/main.js');

/** The examples. */
export const SCHEDULERS = join(ROOT, 'examples/schedulers');

/** Rows of the texts: with `SMALL_SHARDS` 19 shards, which neither 3 nor 8 parts divide evenly. */
const NUM_ROWS = 185;

/** Makes many shards of the few rows. */
export const SMALL_SHARDS = ['--shard-rows', '10'] as const;

/** What one run gave. */
export interface ProgramRun {
  status: number;
  stdout: string;
  stderr: string;
}

/** A temporary folder with `teacher/` and `transfer/`. */
export class ScoringSite {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  static async create(): Promise<ScoringSite> {
    const folder = await mkdtemp(join(tmpdir(), 'schedulers-'));
    await cp(join(ROOT, 'packages/bert2dnn/test/golden/tiny-bert'), join(folder, 'teacher'), {
      recursive: true,
    });
    await mkdir(join(folder, 'transfer'));
    const rows = Array.from(
      { length: NUM_ROWS },
      (_, row) => `the cat ${'sat '.repeat(row % 7)}${row}`,
    );
    await writeFile(join(folder, 'transfer', 'part.tsv'), `text\n${rows.join('\n')}\n`);
    const program = join(folder, 'bin', 'bert2dnn');
    await mkdir(join(folder, 'bin'));
    await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN_FILE}' "$@"\n`);
    await chmod(program, 0o755);
    return new ScoringSite(folder);
  }

  private constructor(folder: string) {
    this.folder = folder;
    const path = `${join(folder, 'bin')}${delimiter}${process.env.PATH}`;
    this.#environment = { ...process.env, PATH: path };
  }

  /** The environment in which `bert2dnn` is found. */
  environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
    return { ...this.#environment, ...more };
  }

  /** Runs a program in the folder; never throws. */
  run(command: readonly string[], environment: Record<string, string> = {}): Promise<ProgramRun> {
    const [file, ...args] = command;
    const options = { cwd: this.folder, env: this.environment(environment) };
    return new Promise((resolve) => {
      execFile(file, args, options, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ status, stdout, stderr });
      });
    });
  }

  /** Options of `score` for the folder: paths absolute, as the manifest names them. */
  scoreOptions(out: string): string[] {
    const path = (name: string): string => join(this.folder, name);
    const paths = ['--teacher', path('teacher'), '--input', path('transfer'), '--out', path(out)];
    return [...paths, ...SMALL_SHARDS];
  }

  /** Scores with one process. */
  scoreAlone(out: string): Promise<ProgramRun> {
    return this.run(['bert2dnn', 'score', ...this.scoreOptions(out), '--threads', '1', '--quiet']);
  }

  /**
   * Files of a folder of scores: bytes of shards and of everything else in base64, JSON without `seconds`, the one member
   * that the clock decides.
   */
  async readScores(out: string): Promise<Record<string, unknown>> {
    const files: Record<string, unknown> = {};
    for (const name of (await readdir(join(this.folder, out))).sort()) {
      if (name.startsWith('.')) continue;
      const bytes = await readFile(join(this.folder, out, name));
      if (name.endsWith('.json')) {
        const { seconds, ...rest } = JSON.parse(bytes.toString('utf8'));
        files[name] = { ...rest, hasSeconds: typeof seconds === 'number' };
      } else files[name] = bytes.toString('base64');
    }
    return files;
  }
}

/** Runs tasks, at most `width` at a time, in the order given. */
export async function runSome<Value>(
  tasks: readonly (() => Promise<Value>)[],
  width = 3,
): Promise<Value[]> {
  const results: Value[] = [];
  let next = 0;
  const take = async (): Promise<void> => {
    while (next < tasks.length) {
      const index = next++;
      results[index] = await tasks[index]();
    }
  };
  await Promise.all(Array.from({ length: width }, take));
  return results;
}
