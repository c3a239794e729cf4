import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../src/foundation/files.js';
import { SILENT } from '../../src/foundation/progress.js';
import { readConfig } from '../../src/pipeline/config.js';
import { integer, requiredFiles, requiredPath } from '../../src/pipeline/options.js';
import { runPipeline } from '../../src/pipeline/run.js';
import { type Context, defineVerb, type Verb } from '../../src/pipeline/verb.js';

const CONTEXT: Context = { progress: SILENT, seed: 1, threads: 1, force: false };

let folder: string;
let calls: string[];
let crashIn: string | undefined;

/** A verb that joins its inputs and repeats them. */
const join2 = defineVerb({
  name: 'join',
  summary: 'Joins files.',
  options: {
    input: requiredFiles('Files.'),
    times: integer('How often.', 1),
    out: requiredPath('File to write.', '<file>'),
  },
  outIn: (stageFolder) => join(stageFolder, 'out.txt'),
  inputs: ({ input }) => input,
  async run({ input, times, out }, { seed }) {
    calls.push(out.split('/').at(-2) as string);
    if (crashIn !== undefined && out.includes(crashIn)) throw new Error('crash');
    const texts = await Promise.all(input.map((path) => readFile(path, 'utf8')));
    await writeFileAtomically(out, `${seed}:${texts.join('+').repeat(times)}`);
    return { length: texts.length };
  },
});

const verbs = [join2 as unknown as Verb];

async function run(context: Partial<Context> = {}) {
  calls = [];
  const config = await readConfig(join(folder, 'config.json'), verbs);
  return runPipeline(config, { ...CONTEXT, ...context });
}

async function writeConfig(stages: Record<string, unknown>, rest: Record<string, unknown> = {}) {
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...rest, stages }));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-run-'));
  crashIn = undefined;
  await mkdir(join(folder, 'in'));
  await writeFile(join(folder, 'in', 'a.csv'), 'A');
  await writeFile(join(folder, 'in', 'b.csv'), 'B');
  await writeConfig({
    first: { verb: 'join', input: ['in/a.csv'] },
    second: { verb: 'join', input: ['@first/out.txt', 'in/b.csv'], times: 2 },
    third: { verb: 'join', input: ['in/b.csv'] },
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('runPipeline', () => {
  it('runs the stages in order and hands outputs on', async () => {
    const outcomes = await run();
    expect(calls).toEqual(['first', 'second', 'third']);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['done', 'done', 'done']);
    expect(await readFile(join(folder, 'work', 'second', 'out.txt'), 'utf8')).toBe('1:1:A+B1:A+B');
  });

  it('skips what is fresh and gives the recorded result', async () => {
    const first = await run();
    const second = await run();
    expect(calls).toEqual([]);
    expect(second.map((outcome) => outcome.status)).toEqual(['fresh', 'fresh', 'fresh']);
    expect(second.map((outcome) => outcome.result)).toEqual(first.map((outcome) => outcome.result));
  });

  it('runs again only what a changed input makes stale', async () => {
    await run();
    await writeFile(join(folder, 'in', 'a.csv'), 'A2');
    await run();
    expect(calls).toEqual(['first', 'second']);
  });

  it('stops early when a stage gives the same bytes as before', async () => {
    await run();
    await rm(join(folder, 'work', '.stages', 'first.json'));
    await run();
    expect(calls).toEqual(['first']);
  });

  it('runs again what a changed option, a changed seed or a changed output makes stale', async () => {
    await run();
    await writeConfig({
      first: { verb: 'join', input: ['in/a.csv'] },
      second: { verb: 'join', input: ['@first/out.txt', 'in/b.csv'], times: 3 },
      third: { verb: 'join', input: ['in/b.csv'] },
    });
    await run();
    expect(calls).toEqual(['second']);
    await appendFile(join(folder, 'work', 'third', 'out.txt'), 'x');
    await run();
    expect(calls).toEqual(['third']);
    expect(await readFile(join(folder, 'work', 'third', 'out.txt'), 'utf8')).toBe('1:B');
  });

  it('goes on after a crash with what was not done', async () => {
    crashIn = 'second';
    await expect(run()).rejects.toThrow('crash');
    expect(calls).toEqual(['first', 'second']);
    crashIn = undefined;
    await run();
    expect(calls).toEqual(['second', 'third']);
  });

  it('does everything again with force', async () => {
    await run();
    await run({ force: true });
    expect(calls).toEqual(['first', 'second', 'third']);
  });

  it('reads a broken record as none', async () => {
    await run();
    await writeFile(join(folder, 'work', '.stages', 'third.json'), '{"finger');
    await run();
    expect(calls).toEqual(['third']);
  });

  it('names a missing input', async () => {
    await rm(join(folder, 'in', 'b.csv'));
    await expect(run()).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: expect.stringContaining('b.csv'),
    });
  });
});

describe('readConfig', () => {
  it.each([
    [
      'an unknown verb',
      { x: { verb: 'joim', input: ['a'] } },
      'stages.x.verb: got "joim"',
      'Did you mean join?',
    ],
    [
      'an unknown option',
      { x: { verb: 'join', inputs: ['a'] } },
      'stages.x.inputs: unknown option',
      'Did you mean',
    ],
    [
      'a wrong value',
      { x: { verb: 'join', input: ['a'], times: 0 } },
      'stages.x.times: got 0, expected',
      undefined,
    ],
    ['a missing option', { x: { verb: 'join' } }, 'stages.x.input: missing', undefined],
    [
      'a stage that is not earlier',
      { x: { verb: 'join', input: ['@y/a'] } },
      '"@y/a" names no earlier stage',
      undefined,
    ],
    [
      'a bad name',
      { 'x/y': { verb: 'join', input: ['a'] } },
      'letters, digits and hyphens',
      undefined,
    ],
    ['no stage', {}, 'stages: empty', undefined],
  ])('refuses %s', async (_, stages, message, hint) => {
    await writeConfig(stages);
    await expect(run()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
      ...(hint === undefined ? {} : { hint: expect.stringContaining(hint) }),
    });
  });

  it('refuses an unknown member and a wrong seed', async () => {
    await writeConfig({ x: { verb: 'join', input: ['a'] } }, { sead: 1 });
    await expect(run()).rejects.toMatchObject({
      message: expect.stringContaining('unknown member "sead"'),
    });
    await writeConfig({ x: { verb: 'join', input: ['a'] } }, { seed: 1.5 });
    await expect(run()).rejects.toMatchObject({
      message: expect.stringContaining('seed: got 1.5'),
    });
  });
});
