// A prepare that is killed, and run again to the end: the same bytes as an unbroken one, and nothing left behind.
import { spawn } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type PrepareOptions, prepare } from '../../../src/data/index.js';
import { createRandom } from '../../../src/foundation/random.js';
import { errorOf, put, temporaryFolder } from '../files.js';
import { generateLog, logAsTsv, QUERIES, TITLES } from './generated-log.js';
import { hashFolder } from './prepared-rows.js';

const CHILD = fileURLToPath(new URL('prepare-child.mjs', import.meta.url));
const folder = await temporaryFolder();
const random = createRandom(1, 'prepare-resume');

const labelled = QUERIES.map((query, index) => `${query}\t${TITLES[index]}\t${index % 2}`);
const labelledPath = await put(
  folder,
  'labelled.tsv',
  ['query\ttitle\tlabel', ...labelled].join('\n'),
);
const logPath = await put(folder, 'log.tsv', logAsTsv(generateLog(7).slice(0, 200)));
const items = TITLES.map((title, index) => `${title}\tc${index % 4}`);
const itemsPath = await put(folder, 'items.tsv', ['title\tcategory', ...items].join('\n'));

/** Options of a prepare into a folder of its own. */
async function optionsIn(place: string, more: Partial<PrepareOptions> = {}) {
  await mkdir(join(folder, place), { recursive: true });
  return {
    labelled: [labelledPath],
    log: [logPath],
    catalogue: [itemsPath],
    transferSize: 400,
    partRows: 150,
    bucketRows: 200,
    out: join(folder, place, 'out'),
    ...more,
  };
}

/** Runs a child; gives its output and the signal that ended it. */
async function runChild(options: PrepareOptions, mode: 'kill' | 'pause', at: number) {
  const path = await put(folder, 'options.json', JSON.stringify(options));
  const child = spawn(process.execPath, [CHILD, path, mode, String(at)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const ended = new Promise<{ output: string; signal: string | null; status: number | null }>(
    (resolve) => {
      child.on('close', (status, signal) => resolve({ output, signal, status }));
    },
  );
  const printed = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      resolve();
    });
  });
  return { child, ended, printed };
}

const unbroken = await optionsIn('unbroken');
const whole = await (await runChild(unbroken, 'kill', 0)).ended;
expect(whole.status).toBe(0);
const numOperations = Number(whole.output);
const expected = await hashFolder(unbroken.out);

describe('a prepare that is killed', () => {
  it('has much to be killed in', () => {
    expect(numOperations).toBeGreaterThan(100);
    expect(Object.keys(expected)).toEqual([
      'clicks/part-00000.parquet',
      'dev.parquet',
      'manifest.json',
      'queries.parquet',
      'test.parquet',
      'train.parquet',
      ...[0, 1, 2].map((part) => `transfer/part-0000${part}.parquet`),
    ]);
  });

  it.each([1, 2, 3, 4, 5])('three times over (%i) makes the same bytes', async (round) => {
    const options = await optionsIn(`killed-${round}`);
    let numKilled = 0;
    for (let kill = 0; kill < 3; kill++) {
      // Finished steps are not done again: what is left gets less.
      const at = 1 + random.nextInt(Math.ceil(numOperations / (1 + kill)));
      const { ended } = await runChild(options, 'kill', at);
      const { signal, status } = await ended;
      expect([signal, status]).toEqual(signal === null ? [null, 0] : ['SIGKILL', null]);
      if (signal === 'SIGKILL') numKilled++;
    }
    expect(numKilled).toBeGreaterThan(0);
    await prepare(options);
    expect(await hashFolder(options.out)).toEqual(expected);
    expect(await readdir(join(folder, `killed-${round}`))).toEqual(['out']);
  });

  it('does not do finished steps again', async () => {
    const options = await optionsIn('steps');
    await (await runChild(options, 'kill', Math.floor(0.9 * numOperations))).ended;
    const { ended } = await runChild(options, 'kill', 0);
    expect(Number((await ended).output)).toBeLessThan(0.7 * numOperations);
    expect(await hashFolder(options.out)).toEqual(expected);
  });

  it('and run again with other options, or on another input, begins anew', async () => {
    const options = await optionsIn('changed');
    const shorter = await put(folder, 'log-2.tsv', logAsTsv(generateLog(8).slice(0, 150)));
    for (const more of [{ seed: 2 }, { log: [shorter] }, { cleaning: { html: false } }]) {
      const fresh = await optionsIn('fresh', more);
      await prepare(fresh);
      await (await runChild(options, 'kill', Math.floor(0.8 * numOperations))).ended;
      expect((await readdir(join(folder, 'changed'))).length).toBeGreaterThan(0);
      await prepare({ ...options, ...more });
      expect(await hashFolder(options.out)).toEqual(await hashFolder(fresh.out));
      expect(await readdir(join(folder, 'changed'))).toEqual(['out']);
    }
  });
});

describe('two prepares into one folder', () => {
  it('the second one is refused and harms nothing', async () => {
    const options = await optionsIn('twice');
    const { child, printed, ended } = await runChild(
      options,
      'pause',
      Math.floor(numOperations / 2),
    );
    await printed;
    const before = await hashFolder(join(folder, 'twice', '.out.preparing'));
    const error = await errorOf(prepare(options));
    expect(error.code).toBe('WRITE_FAILED');
    expect(error.message).toBe(`${options.out}: process ${child.pid} is preparing the same folder`);
    expect(await hashFolder(join(folder, 'twice', '.out.preparing'))).toEqual(before);
    child.kill('SIGKILL');
    await ended;
    await prepare(options);
    expect(await hashFolder(options.out)).toEqual(expected);
    expect(await readdir(join(folder, 'twice'))).toEqual(['out']);
  });
});
