// `score` told to end, as a terminal or a scheduler does it, and what a killed one left.
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTemporaryName } from '../../src/foundation/temporary-names.js';
import { MAIN_FILE, runCommand } from './command-line.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));

let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'cli-ended-'));
  await writeFile(join(work, 'texts.tsv'), `text\n${'the cat\n'.repeat(3000)}`);
});
afterAll(() => rm(work, { recursive: true }));

const scoreArguments = (out: string, shardRows: number): string[] =>
  ['score', '--teacher', TINY_BERT, '--input', 'texts.tsv', '--out', out].concat(
    ['--shard-rows', String(shardRows)],
    ['--json', '--quiet'],
  );

describe('score', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    'ends at %s with a word, and goes on with the same command',
    async (signal, status) => {
      const args = scoreArguments(`out-${signal}`, 50);
      const child = spawn(process.execPath, [MAIN_FILE, ...args], {
        cwd: work,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (text: Buffer) => {
        said += text.toString();
      });
      const ended = new Promise((resolve) =>
        child.once('close', (code, by) => resolve(by ?? code)),
      );
      const out = join(work, `out-${signal}`);
      const isBegun = async () =>
        (await readdir(out).catch(() => [])).some((name) => /^scores.*json$/.test(name));
      while (child.exitCode === null && !(await isBegun())) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      child.kill(signal);
      expect(await ended).toBe(status);
      expect(said).toBe(
        '\ninterrupted: finished work is kept, run the same command again to go on\n',
      );
      const again = await runCommand(work, args);
      const { shards, complete } = JSON.parse(again.stdout);
      expect([complete, shards.total, shards.reused > 0]).toEqual([true, 60, true]);
    },
  );

  it('takes away what a killed one left in its folder, and nothing else', async () => {
    const out = join(work, 'swept');
    await mkdir(out);
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const shard = 'scores-00001-0123456789abcdef.parquet';
    const asOf = (dead: number, name: string) =>
      createTemporaryName(name).replace(`.${process.pid}-`, `.${dead}-`);
    const left = [shard, `${shard}.json`, 'manifest.json'].map((name) => asOf(pid, name));
    const kept = [createTemporaryName(shard), asOf(pid, 'notes.txt')];
    for (const name of [...left, ...kept]) await writeFile(join(out, name), 'half');
    expect((await runCommand(work, scoreArguments('swept', 3000))).status).toBe(0);
    const names = (await readdir(out)).filter((name) => name.startsWith('.'));
    expect(names.sort()).toEqual(kept.sort());
  });
});
