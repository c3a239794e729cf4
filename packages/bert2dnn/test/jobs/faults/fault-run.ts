// Injects faults while scorings run through a queue, and compares what they leave with a scoring in one process.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { openExamples, readTable } from '../../../src/data/index.js';
import { createRandom, type Random, shuffle } from '../../../src/foundation/random.js';
import { score } from '../../../src/teacher/score.js';
import { FaultProxy } from './fault-proxy.js';
import { RedisProcess } from './redis-process.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const TINY_BERT = here('../../golden/tiny-bert');

const ALL_KINDS = [
  'worker killed',
  'model killed',
  'submitter killed',
  'redis killed',
  'connections cut',
  'connections half open',
  'connections slow',
  'disk slow',
  'job delivered twice',
] as const;
export type FaultKind = (typeof ALL_KINDS)[number];

/** What can go wrong here. The process of a model is found by /proc, which only Linux has. */
export const FAULT_KINDS: readonly FaultKind[] = ALL_KINDS.filter(
  (kind) => kind !== 'model killed' || process.platform === 'linux',
);

/** The channel is there so that a child ends when this process does. */
const CHILD_STDIO: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc'];

/** How much is tried. */
export interface FaultPlan {
  numFaults: number;
  seed: number;
  /** Of one scoring. A run makes as many scorings as its faults need. */
  numShards: number;
  shardRows: number;
  numWorkers: number;
}

/** What came of it. */
export interface FaultReport {
  faults: Record<FaultKind, number>;
  numScorings: number;
  numRows: number;
  rowsLost: number;
  rowsDoubled: number;
  /** Files with other bytes than those of one process, and files too many or too few. */
  filesWrong: string[];
}

/** Runs scorings until all faults have been injected, and the last one to its end. */
export async function runFaults(plan: FaultPlan): Promise<FaultReport> {
  const run = new FaultRun(plan);
  try {
    await run.start();
    while (run.numInjected < plan.numFaults) await run.runScoring();
    return run.report;
  } finally {
    await run.stop();
  }
}

class FaultRun {
  numInjected = 0;
  readonly report: FaultReport = {
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as FaultReport['faults'],
    numScorings: 0,
    numRows: 0,
    rowsLost: 0,
    rowsDoubled: 0,
    filesWrong: [],
  };
  readonly #plan: FaultPlan;
  readonly #random: Random;
  readonly #workers: (ChildProcess | undefined)[] = [];
  /** Kinds still to come of this round, so that each comes as often as any other. */
  #deck: FaultKind[] = [];
  #folder = '';
  #input = '';
  #expected: Record<string, string> = {};
  #redis: RedisProcess | undefined;
  #proxy: FaultProxy | undefined;
  #direct: Queue | undefined;
  #submitter: ChildProcess | undefined;
  #isStopping = false;

  constructor(plan: FaultPlan) {
    this.#plan = plan;
    this.#random = createRandom(plan.seed, 'faults');
  }

  async start(): Promise<void> {
    const { numShards, shardRows, numWorkers } = this.#plan;
    this.#folder = await mkdtemp(join(tmpdir(), 'faults-'));
    this.#input = join(this.#folder, 'pairs.tsv');
    await writeFile(this.#input, makePairs(numShards * shardRows, this.#random));
    const out = join(this.#folder, 'expected');
    const input = await openExamples([this.#input]);
    await score({ teacher: TINY_BERT, input, out, shardRows });
    this.#expected = await hashShards(out);
    this.#redis = await RedisProcess.start();
    this.#proxy = await FaultProxy.start(this.#redis.port);
    this.#direct = new Queue('shards', {
      connection: { port: this.#redis.port, maxRetriesPerRequest: null },
      prefix: 'bert2dnn',
    });
    this.#direct.on('error', () => undefined);
    for (let slot = 0; slot < numWorkers; slot++) this.#startWorker(slot);
  }

  /** Scores everything once into a new folder, faults all the while, and checks what is there. */
  async runScoring(): Promise<void> {
    const out = join(this.#folder, `scores-${this.report.numScorings}`);
    const end = { isDone: false };
    const done = this.#submitUntilDone(out).finally(() => {
      end.isDone = true;
    });
    // Begun before the workers have anything to do, faults would meet nothing.
    while (!end.isDone && (await countShards(out)) === 0) await sleep(20);
    while (!end.isDone && this.numInjected < this.#plan.numFaults) {
      await this.#inject();
      await sleep(this.#random.nextInt(400));
    }
    await done;
    await this.#check(out);
    await rm(out, { recursive: true });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#submitter?.kill('SIGKILL');
    await Promise.all(this.#workers.map((worker) => killAndWait(worker)));
    await this.#direct?.disconnect();
    await this.#proxy?.stop();
    await this.#redis?.stop();
    if (this.#folder !== '')
      await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #url(): string {
    return `redis://127.0.0.1:${this.#proxy?.port}`;
  }

  #startWorker(slot: number): void {
    const worker = spawn(process.execPath, [here('faulty-worker.mjs'), this.#url], {
      stdio: CHILD_STDIO,
      env: {
        ...process.env,
        SLOW_DISK_SWITCH: join(this.#folder, 'slow'),
        // The process of the model takes it over.
        NODE_OPTIONS: `--import ${here('slow-disk.mjs')}`,
      },
    });
    this.#workers[slot] = worker;
    worker.once('exit', () => {
      if (!this.#isStopping) this.#startWorker(slot);
    });
  }

  /** Starts the submitter again whenever it was killed. */
  async #submitUntilDone(out: string): Promise<void> {
    const { shardRows } = this.#plan;
    const args = [this.#url, TINY_BERT, this.#input, out, String(shardRows)];
    for (;;) {
      const submitter = spawn(process.execPath, [here('faulty-submitter.mjs'), ...args], {
        stdio: CHILD_STDIO,
      });
      this.#submitter = submitter;
      const status = await new Promise<number | null>((resolve) => submitter.once('exit', resolve));
      if (status === 0) return;
      if (status !== null) throw new Error(`the submitter ended with status ${status}`);
      if (this.#isStopping) return;
    }
  }

  async #inject(): Promise<void> {
    if (this.#deck.length === 0) {
      this.#deck = [...FAULT_KINDS];
      shuffle(this.#deck, this.#random);
    }
    const kind = this.#deck[this.#deck.length - 1];
    if (!(await this.#cause(kind))) return;
    this.#deck.pop();
    this.report.faults[kind] += 1;
    this.numInjected += 1;
  }

  /** Causes a fault; false where its victim is not there at this moment. */
  async #cause(kind: FaultKind): Promise<boolean> {
    const worker = this.#workers[this.#random.nextInt(this.#workers.length)];
    switch (kind) {
      case 'worker killed':
        return worker?.kill('SIGKILL') ?? false;
      case 'model killed':
        return killChildOf(worker?.pid);
      case 'submitter killed':
        return this.#submitter?.kill('SIGKILL') ?? false;
      case 'redis killed':
        await this.#redis?.kill();
        await sleep(this.#random.nextInt(300));
        await this.#redis?.startAgain();
        return true;
      case 'connections cut':
        this.#proxy?.drop();
        return true;
      case 'connections half open':
        this.#proxy?.halfOpen();
        return true;
      case 'connections slow':
        this.#proxy?.setDelay(20 + this.#random.nextInt(200));
        await sleep(this.#random.nextInt(500));
        this.#proxy?.setDelay(0);
        return true;
      case 'disk slow':
        await writeFile(join(this.#folder, 'slow'), '');
        await sleep(200 + this.#random.nextInt(400));
        await rm(join(this.#folder, 'slow'));
        return true;
      case 'job delivered twice':
        return this.#deliverTwice();
    }
  }

  /** Puts a job that waits, runs or is done into the queue again under another name, so that it is done beside itself. */
  async #deliverTwice(): Promise<boolean> {
    const jobs = (await this.#direct?.getJobs(['active', 'waiting', 'completed'], 0, 19)) ?? [];
    const job = jobs[this.#random.nextInt(Math.max(1, jobs.length))];
    if (job === undefined) return false;
    const jobId = `again-${this.numInjected}-${job.id}`;
    await this.#direct?.add('shard', job.data, { jobId, lifo: true, removeOnFail: true });
    return true;
  }

  async #check(out: string): Promise<void> {
    const { report } = this;
    const found = await hashShards(out);
    for (const file of new Set([...Object.keys(found), ...Object.keys(this.#expected)])) {
      if (found[file] !== this.#expected[file]) report.filesWrong.push(join(out, file));
    }
    const numRows = this.#plan.numShards * this.#plan.shardRows;
    const times = new Uint32Array(numRows);
    const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as {
      shards: { file: string }[];
    };
    for (const { file } of manifest.shards) {
      for await (const batch of readTable(join(out, file), { numbers: ['row'] })) {
        for (const row of batch.numbers[0]) times[row] += 1;
      }
    }
    report.numScorings += 1;
    report.numRows += numRows;
    report.rowsLost += times.filter((count) => count === 0).length;
    report.rowsDoubled += times.filter((count) => count > 1).length;
  }
}

function makePairs(numRows: number, random: Random): string {
  const words = (limit: number): string =>
    Array.from(
      { length: 1 + random.nextInt(limit) },
      () => ['the', 'cat', 'dog', 'x', '1'][random.nextInt(5)],
    ).join(' ');
  const lines = Array.from({ length: numRows }, () => `${words(3)}\t${words(9)}`);
  return `query\ttitle\n${lines.join('\n')}\n`;
}

/** SHA-256 of each shard's file, as the disk has it. */
async function hashShards(out: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of (await readdir(out)).sort()) {
    if (!/^scores-.*\.parquet$/.test(name)) continue;
    hashes[name] = createHash('sha256')
      .update(await readFile(join(out, name)))
      .digest('hex');
  }
  return hashes;
}

async function countShards(out: string): Promise<number> {
  const names = await readdir(out).catch(() => []);
  return names.filter((name) => /^scores-.*\.parquet$/.test(name)).length;
}

/** Kills the process that a worker runs its model in. */
async function killChildOf(pid: number | undefined): Promise<boolean> {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (children === '') return false;
  try {
    process.kill(Number(children.split(' ')[0]), 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

async function killAndWait(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
