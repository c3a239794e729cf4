// `run` as a user types it: fresh stages are skipped, and a run that was killed ends with the bytes of an unbroken one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN_FILE, runCommand } from './command-line.js';

const STUDENT = {
  hiddenLayers: [16],
  embeddingSize: 8,
  crossSize: 512,
  matchSize: 1024,
  epochs: 3,
};
const CONFIG = {
  seed: 3,
  stages: {
    shop: { verb: 'shop', products: 200, queries: 80, labels: 400, logRows: 2000 },
    data: {
      verb: 'prepare',
      labelled: ['@shop/labels.tsv'],
      log: ['@shop/queries.tsv'],
      fields: { query: 'query', title: 'title' },
      label: 'grade',
      labelRange: [1, 4],
    },
    teacher: {
      verb: 'finetune',
      model: 'tiny',
      train: ['@data/clicks'],
      dev: ['@data/dev.parquet'],
      epochs: 1,
      layers: 1,
      hiddenSize: 16,
      heads: 2,
      vocabularySize: 300,
    },
    scores: { verb: 'score', teacher: '@teacher', input: ['@data/transfer'], shardRows: 200 },
    labels: { verb: 'stack', scores: ['@scores'] },
    student: { verb: 'distill', input: ['@data/transfer'], labels: '@labels', ...STUDENT },
    test: { verb: 'evaluate', model: '@student', input: ['@data/test.parquet'], bootstrap: 10 },
  },
};
const RUN = ['run', 'config.json', '--json', '--quiet', '--threads', '1'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-run-'));
  for (const name of ['whole', 'killed']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'config.json'), JSON.stringify(CONFIG));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(name: string): Promise<Record<string, string>> {
  const { status, stdout, stderr } = await runCommand(join(folder, name), RUN);
  expect(status, stderr).toBe(0);
  const { stages } = JSON.parse(stdout) as { stages: { stage: string; status: string }[] };
  return Object.fromEntries(stages.map((stage) => [stage.stage, stage.status]));
}

/** Starts the run and kills it, without a chance to clean up, as soon as `file` is there. */
async function killWhen(name: string, file: string): Promise<void> {
  const child = spawn(process.execPath, [MAIN_FILE, ...RUN], {
    cwd: join(folder, name),
    stdio: 'ignore',
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const isThere = async (): Promise<boolean> => {
    const at = join(folder, name, 'work', file);
    if (!file.endsWith('*')) return existsSync(at);
    const names = await readdir(join(at, '..')).catch(() => [] as string[]);
    return names.some((entry) => entry.startsWith('scores-'));
  };
  while (child.exitCode === null && !(await isThere())) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  child.kill('SIGKILL');
  await exited;
}

describe('bert2dnn run', () => {
  it('does every stage, then finds every stage fresh', async () => {
    const names = Object.keys(CONFIG.stages);
    expect(await run('whole')).toEqual(Object.fromEntries(names.map((name) => [name, 'done'])));
    expect(await run('whole')).toEqual(Object.fromEntries(names.map((name) => [name, 'fresh'])));
  });

  it('killed at four places and run again, ends with the same bytes', async () => {
    for (const file of [
      'shop/labels.tsv',
      '.stages/data.json',
      'scores/*',
      '.stages/labels.json',
    ]) {
      await killWhen('killed', file);
    }
    await run('killed');
    for (const file of [
      'data/clicks/part-00000.parquet',
      'teacher/model.safetensors',
      'student/student.safetensors',
    ]) {
      const [whole, killed] = await Promise.all(
        ['whole', 'killed'].map((name) => readFile(join(folder, name, 'work', file))),
      );
      expect(killed.equals(whole), file).toBe(true);
    }
    const evaluationOf = async (name: string) =>
      JSON.parse(await readFile(join(folder, name, 'work', 'test', 'evaluation.json'), 'utf8'));
    expect((await evaluationOf('killed')).gold).toEqual((await evaluationOf('whole')).gold);
  });

  it('names a mistake in the config', async () => {
    await mkdir(join(folder, 'wrong'));
    const stages = { ...CONFIG.stages, student: { ...CONFIG.stages.student, epoch: 3 } };
    await writeFile(join(folder, 'wrong', 'config.json'), JSON.stringify({ stages }));
    const { status, stderr } = await runCommand(join(folder, 'wrong'), RUN);
    expect(status).toBe(2);
    expect(stderr).toMatch(/config\.json: stages\.student\.epoch: unknown option/);
    expect(stderr).toMatch(/Did you mean .*epochs/);
  });
});
