// A distillation that is killed with -9 at any moment and run again ends with the bytes of the unbroken one; one that finds
// no room says so and loses nothing.
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTestFolder } from '../labels/score-fixture.js';
import { hashFolder } from '../teacher/folder-hash.js';
import { killAgainAndAgain, startChild, writePairs } from './killed-distillation.js';

const folder = await makeTestFolder();
let unbroken: string;
beforeAll(async () => {
  await writePairs(folder);
  await startChild(folder, { name: 'unbroken', threads: 1 }).ended;
  unbroken = await hashFolder(join(folder, 'unbroken', 'student'));
});

describe('a distillation killed with -9 and run again', () => {
  it('ends with the same bytes, wherever it was killed and with any number of threads', async () => {
    const report = await killAgainAndAgain(folder, { numKills: 10, seed: 1, expected: unbroken });
    expect(report).toMatchObject({ wrong: [], leftovers: [] });
    expect(report.numFinished).toBeGreaterThan(0);
    expect(Math.max(...report.resumedFrom)).toBeGreaterThan(0);
  });
});

describe('a distillation without room', () => {
  it('for its features is a clear error, and the same command goes on later', async () => {
    await mkdir(join(folder, 'starved'));
    const said = await startChild(folder, { name: 'starved', threads: 2, limitBlocks: 4 }).ended;
    const error = JSON.parse(said.trim().split('\n').at(-1)!);
    expect(error).toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringMatching(/\.student\.features\/.*EFBIG/),
    });
    expect(await readdir(join(folder, 'starved'))).toEqual(['.student.features']);
    await startChild(folder, { name: 'starved', threads: 2 }).ended;
    expect(await hashFolder(join(folder, 'starved', 'student'))).toBe(unbroken);
    expect(await readdir(join(folder, 'starved'))).toEqual(['student']);
  });
});
