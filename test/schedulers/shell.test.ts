// xargs.sh and the Slurm scripts run as their schedulers run them, and make the bytes of one process.
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProgramRun, runSome, SCHEDULERS, ScoringSite } from './scoring-site.js';

let site: ScoringSite;
let expected: Record<string, unknown>;
beforeAll(async () => {
  site = await ScoringSite.create();
  expect(await site.scoreAlone('alone')).toMatchObject({ status: 0, stderr: '' });
  expected = await site.readScores('alone');
  expect(Object.keys(expected)).toContain('manifest.json');
  expect(Object.keys(expected).filter((name) => name.endsWith('.parquet'))).toHaveLength(19);
});
afterAll(() => rm(site.folder, { recursive: true }));

describe('xargs.sh', () => {
  const script = join(SCHEDULERS, 'xargs.sh');

  it('makes with three processes what one process makes', async () => {
    const run = await site.run([script, ...site.scoreOptions('xargs')], { PARTS: '3' });
    expect([run.status, run.stdout]).toEqual([
      0,
      expect.stringContaining('0 shards scored in f32, 19 found done, 19 in all'),
    ]);
    expect(await site.readScores('xargs')).toEqual(expected);
    const produced = run.stdout.match(/^\d+(?= shards scored in f32)/gm);
    expect(produced?.sort()).toEqual(['0', '6', '6', '7']);
  });

  it('fails when a process fails', async () => {
    const options = ['--teacher', 'nothing', '--input', 'transfer', '--out', 'failed'];
    const run = await site.run([script, ...options], { PARTS: '2' });
    // What xargs ends with when a process ended with 1 to 125.
    expect(run.status).toBe(123);
    expect(run.stderr.match(/^error: nothing/gm)).toHaveLength(2);
    expect(run.stdout).toBe('');
  });
});

describe('slurm.sbatch', () => {
  const script = join(SCHEDULERS, 'slurm.sbatch');
  const source = readFileSync(script, 'utf8');
  const numParts = Number(/^num_parts=(\d+)$/m.exec(source)?.[1]);

  /** What Slurm sets for task `index`; the count is that of a submission of some parts alone. */
  const taskOf = (index: number): Record<string, string> => ({
    SLURM_ARRAY_TASK_ID: String(index),
    SLURM_ARRAY_TASK_COUNT: '1',
    SLURM_CPUS_PER_TASK: '1',
  });
  const runTask = (index: number): Promise<ProgramRun> =>
    site.run(['bash', script, ...site.scoreOptions('slurm')], taskOf(index));

  it('has an array of as many tasks as parts', () => {
    expect(directivesOf(source).array).toBe(`0-${numParts - 1}`);
  });

  it('asks for the same processors and memory in both scripts', () => {
    const task = directivesOf(source);
    const last = directivesOf(readFileSync(join(SCHEDULERS, 'slurm-manifest.sbatch'), 'utf8'));
    expect([last['cpus-per-task'], last.mem]).toEqual([task['cpus-per-task'], task.mem]);
    expect(last).not.toHaveProperty('array');
  });

  it('makes what one process makes, and the last task writes the manifest', async () => {
    const early = Array.from({ length: numParts - 1 }, (_, index) => () => runTask(index));
    for (const run of await runSome(early)) {
      expect(run).toMatchObject({ status: 0, stderr: '' });
      expect(run.stdout).toContain('other shards are still to be scored');
    }
    expect(await site.readScores('slurm')).not.toHaveProperty(['manifest.json']);
    const last = await runTask(numParts - 1);
    expect([last.status, last.stdout]).toEqual([0, expect.not.stringContaining('still to be')]);
    expect(await site.readScores('slurm')).toEqual(expected);
  });

  it('has a job behind it that writes the manifest where no task did', async () => {
    await rm(join(site.folder, 'slurm', 'manifest.json'));
    const manifest = join(SCHEDULERS, 'slurm-manifest.sbatch');
    const run = await site.run(['bash', manifest, ...site.scoreOptions('slurm')]);
    expect([run.status, run.stdout]).toEqual([0, expect.stringContaining('0 shards scored')]);
    expect(await site.readScores('slurm')).toEqual(expected);
  });

  it('refuses a task that the parts do not have', async () => {
    const run = await runTask(numParts);
    expect([run.status, run.stderr]).toEqual([
      2,
      expect.stringContaining(`${numParts}/${numParts}`),
    ]);
  });
});

/** The `#SBATCH --name=value` lines before the first command; Slurm reads no others. */
function directivesOf(source: string): Record<string, string> {
  const directives: Record<string, string> = {};
  for (const line of source.split('\n')) {
    if (line !== '' && !line.startsWith('#')) break;
    const match = /^#SBATCH --([a-z-]+)(?:=(\S+))?$/.exec(line);
    if (match !== null) directives[match[1]] = match[2] ?? '';
    else if (line.startsWith('#SBATCH')) throw new Error(`not a directive: ${line}`);
  }
  return directives;
}
