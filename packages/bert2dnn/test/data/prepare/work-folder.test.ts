// The folder of steps: each is made once and appears whole, is known by its key, and belongs to one process.
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkFolder } from '../../../src/data/prepare/work-folder.js';
import { errorOf, put, temporaryFolder } from '../files.js';

const folder = await temporaryFolder();

/** A step that writes its name, and how often steps were made. */
function countSteps(work: WorkFolder) {
  const made: string[] = [];
  const run = (name: string, figures: unknown = { name }) =>
    work.step(name, async (into) => {
      made.push(name);
      await writeFile(join(into, 'file'), name);
      return figures;
    });
  return { made, run };
}

describe('WorkFolder', () => {
  it('lies beside the output and goes without a trace', async () => {
    const work = await WorkFolder.open(join(folder, 'trace', 'out'), 'key');
    expect(work.path).toBe(join(folder, 'trace', '.out.preparing'));
    await countSteps(work).run('first');
    await work.scratch('sorted');
    await work.remove();
    expect(await readdir(join(folder, 'trace'))).toEqual([]);
  });

  it('makes a step once, also for the next one who opens it by the same key', async () => {
    const out = join(folder, 'once');
    const work = await WorkFolder.open(out, 'key');
    const { made, run } = countSteps(work);
    const figures = { rows: 3, parts: ['a'], none: null };
    const first = await run('first', figures);
    expect(first).toEqual({ folder: join(work.path, 'first'), figures });
    expect(await run('first', 'others')).toEqual(first);
    expect(await readFile(join(first.folder, 'file'), 'utf8')).toBe('first');
    await work.release();
    const again = countSteps(await WorkFolder.open(out, 'key'));
    expect(await again.run('first')).toEqual(first);
    await again.run('second');
    expect([made, again.made]).toEqual([['first'], ['second']]);
  });

  it('forgets everything under another key, or without a readable one', async () => {
    const out = join(folder, 'keys');
    for (const key of ['one', 'two']) {
      const work = await WorkFolder.open(out, key);
      const { made, run } = countSteps(work);
      await run('first');
      expect(made, key).toEqual(['first']);
      await work.release();
    }
    await writeFile(join(folder, '.keys.preparing', 'key.json'), '{"ke');
    const { made, run } = countSteps(await WorkFolder.open(out, 'two'));
    await run('first');
    expect(made).toEqual(['first']);
  });

  it('makes a step again that did not come to its end, from nothing', async () => {
    const out = join(folder, 'broken');
    const work = await WorkFolder.open(out, 'key');
    const failing = work.step('first', async (into) => {
      await writeFile(join(into, 'half'), '');
      throw new Error('no more');
    });
    expect((await errorOf(failing)).message).toBe('no more');
    await work.release();
    const next = await WorkFolder.open(out, 'key');
    // What a step leaves under a name of its own goes when the folder is opened.
    expect((await readdir(next.path)).filter((name) => name.startsWith('.tmp-'))).toEqual([]);
    const { folder: place } = await countSteps(next).run('first');
    expect((await readdir(place)).sort()).toEqual(['figures.json', 'file']);
  });

  it('frees the space of a step that nothing reads, and keeps what it counted', async () => {
    const work = await WorkFolder.open(join(folder, 'freed'), 'key');
    const { made, run } = countSteps(work);
    const step = await run('first');
    await mkdir(join(step.folder, 'inner'));
    await work.empty(step);
    expect(await readdir(step.folder)).toEqual(['figures.json']);
    expect(await run('first')).toEqual(step);
    expect(made).toEqual(['first']);
  });

  it('gives an empty scratch folder each time', async () => {
    const work = await WorkFolder.open(join(folder, 'scratch'), 'key');
    const place = await work.scratch('sorted');
    await writeFile(join(place, 'x'), '');
    expect(await work.scratch('sorted')).toBe(place);
    expect(await readdir(place)).toEqual([]);
    await work.release();
    await WorkFolder.open(join(folder, 'scratch'), 'key');
    await expect(stat(place)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is refused while its process lives, and taken over when that is dead', async () => {
    const out = join(folder, 'locked');
    const work = await WorkFolder.open(out, 'key');
    const { run } = countSteps(work);
    await run('first');
    const lock = join(work.path, 'lock');
    // Two runs of one process are two as well.
    const twice = await errorOf(WorkFolder.open(out, 'another key'));
    expect(twice.message).toBe(`${out}: process ${process.pid} is preparing the same folder`);
    expect(await readFile(lock, 'utf8')).toBe(String(process.pid));
    await work.release();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    await writeFile(lock, String(other.pid));
    const error = await errorOf(WorkFolder.open(out, 'another key'));
    expect(error.code).toBe('WRITE_FAILED');
    expect(error.message).toBe(`${out}: process ${other.pid} is preparing the same folder`);
    expect(error.hint).toContain(lock);
    const ended = new Promise((resolve) => other.on('close', resolve));
    other.kill('SIGKILL');
    await ended;
    const taken = await WorkFolder.open(out, 'key');
    const next = countSteps(taken);
    await next.run('first');
    // Neither the refusal nor the dead process cost a step.
    expect(next.made).toEqual([]);
    await taken.release();
    // A number of this process's own that an earlier one left, as containers have it, is no lock.
    for (const left of ['no number', String(process.pid)]) {
      await writeFile(lock, left);
      await (await WorkFolder.open(out, 'key')).release();
    }
    await writeFile(lock, 'no number');
    await WorkFolder.open(out, 'key');
    expect(await readFile(lock, 'utf8')).toBe(String(process.pid));
  });

  it('says which output cannot be prepared where the place is none', async () => {
    const file = await put(folder, 'a-file', '');
    const out = join(file, 'out');
    const error = await errorOf(WorkFolder.open(out, 'key'));
    expect(error.code).toBe('WRITE_FAILED');
    expect(error.message).toBe(`${out}: cannot be written (ENOTDIR)`);
  });
});
