// A scoring opened from its request, as a worker does: the same plan, or a refusal that names host and path.
import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openExamples } from '../../src/data/index.js';
import { openScoring } from '../../src/teacher/scoring.js';
import {
  createScoringRequest,
  expectShard,
  markOutput,
  openRequestedScoring,
  type ScoringRequest,
} from '../../src/teacher/scoring-request.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));
const ROWS = Array.from({ length: 25 }, (_, row) => `the cat\tdog ${row}\tno field`);

let work: string;
let teacher: string;
let input: string;
let request: ScoringRequest;
let files: string[];

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'request-'));
  teacher = join(work, 'teacher');
  input = join(work, 'pairs.tsv');
  await cp(TINY_BERT, teacher, { recursive: true });
  await writeFile(input, `search\tname\tother\n${ROWS.join('\n')}\n`);
  const set = await openExamples([input], { fields: { query: 'search', title: 'name' } });
  const out = join(work, 'out');
  const scoring = await openScoring({ teacher, input: set, out, shardRows: 10 });
  files = scoring.plan.map(({ file }) => file);
  request = await createScoringRequest({ ...scoring, input: set, out });
  await scoring.close();
  await markOutput(request);
});
afterEach(() => rm(work, { recursive: true }));

/** As the queue carries it. */
const open = (options = {}) => openRequestedScoring(JSON.parse(JSON.stringify(request)), options);

describe('a scoring by request', () => {
  it('has the plan of the scoring that was written down', async () => {
    const scoring = await open();
    expect(scoring.plan.map(({ file }) => file)).toEqual(files);
    for (const shard of scoring.plan) expectShard(scoring, shard);
    expect(() =>
      expectShard(scoring, { ...scoring.plan[1], file: 'scores-00001-0.parquet' }),
    ).toThrow(expect.objectContaining({ code: 'SCORES_MISMATCH' }));
    await scoring.close();
  });

  it('holds no text of a row', () => {
    const json = JSON.stringify(request);
    expect(json).not.toContain('the cat');
    expect(json).not.toContain('no field');
    expect(json.length).toBeLessThan(1000);
  });

  it('may load a copy of the teacher, if it is one', async () => {
    const copy = join(work, 'copy');
    await cp(teacher, copy, { recursive: true });
    const scoring = await open({ teacher: copy });
    expect(scoring.plan.map(({ file }) => file)).toEqual(files);
    await scoring.close();
    await appendFile(join(copy, 'config.json'), ' ');
    await expect(open({ teacher: copy })).rejects.toMatchObject({
      code: 'SCORES_MISMATCH',
      message: expect.stringMatching(`^${hostname()}: ${copy} has the fingerprint`),
    });
  });

  it('refuses an input with other bytes', async () => {
    await appendFile(input, 'the cat\tdog\t-\n');
    await expect(open()).rejects.toMatchObject({
      code: 'SCORES_MISMATCH',
      message: expect.stringMatching(`^${hostname()}: ${input} has the fingerprint`),
    });
  });

  it('names host and path of what it cannot see', async () => {
    await rm(input);
    await expect(open()).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: `${hostname()}: ${input} cannot be seen by this worker`,
    });
  });

  it('refuses an output folder that is not the submitter’s', async () => {
    await rm(request.out, { recursive: true });
    await expect(open()).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: `${hostname()}: ${request.out} is not the output folder of the submitter`,
    });
  });

  it('refuses a request that it does not know', async () => {
    await expect(openRequestedScoring({ ...request, shardRows: 'many' })).rejects.toMatchObject({
      code: 'VERSION_MISMATCH',
    });
  });
});
