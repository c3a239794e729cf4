// The walk over an object store as processes: score, its resumption and its parts, stack, distill, evaluate. The bytes
// are those of a run over folders of this machine.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import type { ObjectStore } from '../../src/store/object-store.js';
import { REDIS_MISSING, RedisProcess } from '../jobs/faults/redis-process.js';
import { BUCKET, openBucket, putObject, S3Server, setEnvironment } from '../store/s3-server.js';
import { type Fault, StoreProxy } from '../store/store-proxy.js';
import { MAIN_FILE, runCommand } from './command-line.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));
const CLASSES = 'LABEL_0,LABEL_1,LABEL_2';
const INPUT = `s3://${BUCKET}/rows/*.tsv`;

let server: S3Server;
let proxy: StoreProxy;
let work: string;
let cache: string;
let restore: () => void;
let store: ObjectStore;
/** SHA-256 by name of the shards that a run over folders of this machine wrote. */
let expected: Record<string, string>;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'cli-store-'));
  cache = join(work, 'cache');
  server = await S3Server.start();
  proxy = await StoreProxy.start(server.port);
  restore = setEnvironment(server.environment(cache, proxy.port));
  store = openBucket();
  await mkdir(join(work, 'rows'));
  for (const [name, numRows] of Object.entries({ 'a.tsv': 60, 'b.tsv': 40 })) {
    const text = makeRows(name, numRows);
    await writeFile(join(work, 'rows', name), text);
    await putObject(store, `rows/${name}`, text);
  }
  await putObject(store, 'rows/readme.txt', 'no data');
  await putObject(store, 'bad/cells.tsv', 'text\tlabel\na\tb\tc\n');
  await putObject(store, 'rows/below/c.tsv', makeRows('c.tsv', 5));
  await succeed(scoreArguments('scores', 'rows'));
  expected = {};
  for (const name of await readdir(join(work, 'scores'))) {
    if (name.endsWith('.parquet')) {
      expected[name] = sha256(await readFile(join(work, 'scores', name)));
    }
  }
}, 60_000);
afterAll(async () => {
  store.close();
  restore();
  await proxy.stop();
  await server.stop();
  await rm(work, { recursive: true });
});
beforeEach(() => proxy.reset());

function makeRows(seed: string, numRows: number): string {
  const random = createRandom(1, seed);
  const word = () => ['the', 'cat', 'dog', 'x', '1'][random.nextInt(5)];
  const rows = Array.from({ length: numRows }, (_, row) => {
    const text = Array.from({ length: 1 + random.nextInt(6) }, word).join(' ');
    return `${text}\tLABEL_${row % 3}\n`;
  });
  return `text\tlabel\n${rows.join('')}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function scoreArguments(out: string, input = INPUT, more: readonly string[] = []): string[] {
  const places = ['--teacher', TINY_BERT, '--input', input, '--out', out];
  return ['score', ...places, '--text', 'text', '--shard-rows', '10', '--json', '--quiet', ...more];
}

/** Runs a command that must end well; gives its result. */
async function succeed(args: readonly string[]) {
  const { status, stdout, stderr } = await runCommand(work, args);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as {
    complete: boolean;
    shards: { produced: number; reused: number; total: number };
  };
}

async function readObject(key: string): Promise<Buffer> {
  return Buffer.from((await store.read(key)) ?? '');
}

/** SHA-256 by name of the shards in a folder of the bucket. */
async function shardsOf(folder: string): Promise<Record<string, string>> {
  const shards: Record<string, string> = {};
  for (const { key } of await store.list(`${folder}/`, { delimiter: '/' })) {
    if (key.endsWith('.parquet')) {
      shards[key.slice(folder.length + 1)] = sha256(await readObject(key));
    }
  }
  return shards;
}

async function manifestOf(folder: string) {
  return JSON.parse((await readObject(`${folder}/manifest.json`)).toString()) as {
    inputs: { path: string }[];
  };
}

/** What waits for its upload on this machine. */
function outgoing(): Promise<string[]> {
  return readdir(join(cache, 'outgoing')).catch(() => []);
}

describe('score over an object store', () => {
  it('writes the bytes of a run over folders, and a manifest that names the objects', async () => {
    const { complete, shards } = await succeed(scoreArguments(`s3://${BUCKET}/whole`));
    expect([complete, shards]).toEqual([true, { produced: 10, reused: 0, total: 10 }]);
    expect(Object.keys(expected)).toHaveLength(10);
    expect(await shardsOf('whole')).toEqual(expected);
    const manifest = await manifestOf('whole');
    const local = JSON.parse(await readFile(join(work, 'scores', 'manifest.json'), 'utf8'));
    expect({ ...manifest, seconds: 0 }).toEqual({
      ...local,
      seconds: 0,
      inputs: local.inputs.map((input: { path: string }, index: number) => ({
        ...input,
        path: `s3://${BUCKET}/rows/${'ab'[index]}.tsv`,
      })),
    });
    expect(await outgoing()).toEqual([]);
  });

  it('fetches an input once and makes no shard twice', async () => {
    const { shards } = await succeed(scoreArguments(`s3://${BUCKET}/whole/`));
    expect(shards).toEqual({ produced: 0, reused: 10, total: 10 });
    const fetched = proxy.requests.filter((line) => /^GET .*(rows\/|\.parquet(\?|$))/.test(line));
    expect(fetched).toEqual([]);
    const sent = proxy.requests.filter((line) => line.startsWith('PUT'));
    expect(sent.map((line) => line.replace(/\?.*/, ''))).toEqual([
      `PUT /${BUCKET}/whole/manifest.json`,
    ]);
  });

  it('takes an object that changed for another one, and another shard for none', async () => {
    const [first, second] = Object.keys(expected);
    await putObject(store, `whole/${first}`, 'other bytes');
    await store.remove(`whole/${second}.json`);
    const { shards } = await succeed(scoreArguments(`s3://${BUCKET}/whole`));
    expect(shards).toEqual({ produced: 2, reused: 8, total: 10 });
    expect(await shardsOf('whole')).toEqual(expected);
    await putObject(store, 'rows-2/a.tsv', makeRows('a.tsv', 60));
    const once = scoreArguments(`s3://${BUCKET}/other`, `s3://${BUCKET}/rows-2/a.tsv`);
    expect((await succeed(once)).shards.produced).toBe(6);
    await putObject(store, 'rows-2/a.tsv', makeRows('else', 60));
    expect((await succeed(once)).shards).toEqual({ produced: 6, reused: 0, total: 6 });
  });

  it('believes a bucket that was copied, whose ETags are others', async () => {
    for (const { key } of await store.list('whole/')) {
      const content = await readObject(key);
      const copied = key.endsWith('.parquet.json')
        ? content.toString().replace(/"etag": "\w+"/, '"etag": "of-another-store-2"')
        : content;
      await putObject(store, key.replace('whole/', 'copied/'), copied);
    }
    expect((await readObject(`copied/${Object.keys(expected)[0]}.json`)).toString()).toContain(
      'of-another-store-2',
    );
    const { shards } = await succeed(scoreArguments(`s3://${BUCKET}/copied`));
    expect(shards).toEqual({ produced: 0, reused: 10, total: 10 });
  });

  it('killed with -9 in the middle of an upload, goes on to the same bytes', async () => {
    const args = scoreArguments(`s3://${BUCKET}/killed`);
    for (const wanted of [3, 3]) {
      const child = spawn(process.execPath, [MAIN_FILE, ...args], { cwd: work, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
      let numUploads = 0;
      proxy.plan = (method, path) => {
        if (method !== 'PUT' || !/\.parquet(\?|$)/.test(path) || ++numUploads < wanted) return;
        child.kill('SIGKILL');
        return { kind: 'cut' };
      };
      expect(await ended).toBe('SIGKILL');
      proxy.reset();
    }
    expect(Object.keys(await shardsOf('killed'))).toHaveLength(4);
    expect(await outgoing()).toHaveLength(1);
    const { shards, complete } = await succeed(args);
    expect([complete, shards]).toEqual([true, { produced: 6, reused: 4, total: 10 }]);
    expect(await shardsOf('killed')).toEqual(expected);
    expect(await outgoing()).toEqual([]);
  });

  it('in two processes makes the whole, and so do two that do the same', async () => {
    const parts = ['0/2', '1/2'].map((part) =>
      succeed(scoreArguments(`s3://${BUCKET}/parts`, INPUT, ['--shard', part])),
    );
    const results = await Promise.all(parts);
    expect(results.map(({ shards }) => shards.produced)).toEqual([5, 5]);
    expect(results.some(({ complete }) => complete)).toBe(true);
    const same = [1, 2].map(() => succeed(scoreArguments(`s3://${BUCKET}/same`)));
    expect((await Promise.all(same)).map(({ complete }) => complete)).toEqual([true, true]);
    for (const folder of ['parts', 'same']) {
      expect(await shardsOf(folder)).toEqual(expected);
      const { inputs, ...manifest } = await manifestOf(folder);
      expect([inputs.length, { ...manifest, seconds: 0 }]).toEqual([
        2,
        { ...(await manifestOf('whole')), seconds: 0, inputs: undefined },
      ]);
    }
  });

  it('through errors of the store and cut lines, gives the same bytes', async () => {
    const faults: Fault[] = [
      { kind: 'status', status: 500, code: 'InternalError' },
      { kind: 'cut' },
      { kind: 'cut-body', numBytes: 100 },
    ];
    let numRequests = 0;
    proxy.plan = () => {
      numRequests++;
      return numRequests % 4 === 0 ? faults[(numRequests / 4) % 3] : undefined;
    };
    await rm(cache, { recursive: true });
    const { complete } = await succeed(scoreArguments(`s3://${BUCKET}/faults`));
    expect([complete, proxy.numFaults > 10]).toEqual([true, true]);
    proxy.reset();
    expect(await shardsOf('faults')).toEqual(expected);
  });
});

describe('what follows', () => {
  it('stack, distill and evaluate read the bucket', async () => {
    const scores = `s3://${BUCKET}/whole`;
    await succeed(['stack', '--scores', scores, '--out', 'labels', '--json', '--quiet']);
    const [shard] = (await readdir(join(work, 'labels'))).filter((name) => /parquet$/.test(name));
    for (const name of ['manifest.json', shard]) {
      await putObject(store, `labels/${name}`, await readFile(join(work, 'labels', name)));
    }
    const sizes = ['--hidden-layers', '4', '--embedding-size', '4', '--epochs', '1'];
    const distill = (input: string, labels: string, out: string) =>
      succeed(
        ['distill', '--input', input, '--text', 'text', '--labels', labels, '--out', out].concat(
          sizes,
          ['--min-count', '1', '--json', '--quiet'],
        ),
      );
    await distill(INPUT, `s3://${BUCKET}/labels`, 'student');
    await distill('rows/*.tsv', 'labels', 'local-student');
    const weights = (folder: string) => readFile(join(work, folder, 'student.safetensors'));
    expect(sha256(await weights('student'))).toBe(sha256(await weights('local-student')));
    const evaluate = (...places: string[]) =>
      succeed(
        ['evaluate', '--model', 'student', '--text', 'text', '--classes', CLASSES].concat(
          ['--label', 'label', '--bootstrap', '10', '--json', '--quiet'],
          places,
        ),
      );
    expect(await evaluate('--input', INPUT, '--teacher-scores', scores)).toEqual({
      ...(await evaluate('--input', 'rows', '--teacher-scores', 'scores')),
      teacher: 'whole',
    });
  });
});

describe('run', () => {
  it('knows by the ETags what is fresh, in and out', async () => {
    await putObject(store, 'run/in/a.tsv', makeRows('a.tsv', 20));
    const config = {
      stages: {
        scores: {
          verb: 'score',
          teacher: TINY_BERT,
          input: [`s3://${BUCKET}/run/in/*.tsv`],
          text: 'text',
          out: `s3://${BUCKET}/run/scores`,
        },
        labels: { verb: 'stack', scores: [`s3://${BUCKET}/run/scores`] },
      },
    };
    await writeFile(join(work, 'walk.json'), JSON.stringify(config));
    const walk = async () => {
      const { status, stdout, stderr } = await runCommand(work, [
        'run',
        'walk.json',
        '--json',
        '--quiet',
      ]);
      expect([status, stderr]).toEqual([0, '']);
      return JSON.parse(stdout).stages.map(({ status }: { status: string }) => status);
    };
    expect(await walk()).toEqual(['done', 'done']);
    expect(await walk()).toEqual(['fresh', 'fresh']);
    await putObject(store, 'run/in/a.tsv', makeRows('else', 20));
    expect(await walk()).toEqual(['done', 'done']);
    await store.remove('run/scores/manifest.json');
    expect((await walk())[0]).toBe('done');
  });
});

describe('mistakes', () => {
  it.each([
    ['a bucket', scoreArguments('s3://no-such-bucket/x', 'rows'), 1, 'there is no such bucket'],
    ['an input', scoreArguments('x', `s3://${BUCKET}/nothing/*.tsv`), 1, 'no data object is there'],
    ['a kind', scoreArguments('x', `s3://${BUCKET}/rows/readme.txt`), 1, 'unknown kind of file'],
    [
      'a row',
      scoreArguments('x', `s3://${BUCKET}/bad`),
      1,
      `/${BUCKET}/bad/cells.tsv:2: got 3 cells`,
    ],
    [
      'a place of a verb that writes here',
      ['stack', '--scores', 'scores', '--out', `s3://${BUCKET}/x`],
      2,
      `--out: got "s3://${BUCKET}/x", expected a path of this machine`,
    ],
    ['a URI', scoreArguments('s3://user:secret@x/y', 'rows'), 2, 'got "s3://***@x/y", expected s3'],
  ])('%s that is wrong', async (_, args, status, message) => {
    const run = await runCommand(work, args);
    expect([run.status, run.stderr]).toEqual([status, expect.stringContaining(message)]);
    expect(run.stderr).not.toContain('secret');
  });

  it('access that is refused, with the place and without the key', async () => {
    proxy.plan = () => ({ kind: 'status', status: 403, code: 'AccessDenied' });
    const run = await runCommand(work, scoreArguments(`s3://${BUCKET}/whole`, 'rows'));
    expect([run.status, run.stderr]).toEqual([
      1,
      expect.stringContaining(`s3://${BUCKET}/whole/: access is refused (AccessDenied)`),
    ]);
    expect(run.stderr).not.toContain('S3RVER');
  });
});

describe('workers of a queue', () => {
  it.skipIf(REDIS_MISSING !== undefined)('read and write the bucket', async () => {
    const redis = await RedisProcess.start();
    const queue = `redis://127.0.0.1:${redis.port}?prefix=store`;
    const worker = spawn(process.execPath, [MAIN_FILE, 'worker', '--queue', queue, '--quiet'], {
      cwd: work,
      stdio: ['ignore', 'pipe', 'ignore'],
      // Another machine has a cache of its own.
      env: { ...process.env, BERT2DNN_CACHE: join(work, 'worker-cache') },
    });
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    await new Promise((resolve) => worker.stdout.once('data', resolve));
    const args = scoreArguments(`s3://${BUCKET}/queued`, INPUT, ['--queue', queue]);
    const { complete, shards } = await succeed(args);
    worker.kill('SIGTERM');
    await ended;
    await redis.stop();
    expect([complete, shards]).toEqual([true, { produced: 10, reused: 0, total: 10 }]);
    expect(await shardsOf('queued')).toEqual(expected);
    expect((await manifestOf('queued')).inputs[0].path).toBe(`s3://${BUCKET}/rows/a.tsv`);
  });
});
