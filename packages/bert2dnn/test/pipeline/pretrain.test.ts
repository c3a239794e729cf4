// `pretrain` from the command line and as a stage of a config, where it is the start of a finetune stage.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../cli/command-line.js';

const SIZES = { layers: 1, hiddenSize: 16, heads: 2, vocabularySize: 200 };
const FLAGS = ['--layers', '1', '--hidden-size', '16', '--heads', '2', '--vocabulary-size', '200'];
const FAST = ['--quiet', '--threads', '1'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-pretrain-'));
  const rows = Array.from({ length: 120 }, (_, row) => [
    ['red', 'blue', 'green'][row % 3],
    `${['red', 'blue', 'green'][(row >> 1) % 3]} ${['hat', 'shoe', 'sock', 'coat'][row % 4]} ${row}`,
  ]);
  const write = (name: string, header: string[], lines: (string | number)[][]) =>
    writeFile(
      join(folder, name),
      `${[header, ...lines].map((line) => line.join('\t')).join('\n')}\n`,
    );
  await write('log.tsv', ['query', 'title'], rows);
  const labelled = rows.map(([query, title]) => [query, title, Number(title.startsWith(query))]);
  await write('train.tsv', ['query', 'title', 'label'], labelled.slice(0, 80));
  await write('dev.tsv', ['query', 'title', 'label'], labelled.slice(80));
});
afterAll(() => rm(folder, { recursive: true }));

describe('pretrain', () => {
  it('prints what it did and what comes next; score refuses the folder', async () => {
    const train = ['--input', 'log.tsv', '--model', 'tiny', ...FLAGS, '--epochs', '1'];
    const run = await runCommand(folder, ['pretrain', ...train, '--out', 'encoder', ...FAST]);
    expect(run, run.stderr).toMatchObject({ status: 0 });
    expect(run.stdout).toMatch(/^encoder of \d+ parameters, 118 rows of \S+ tokens -> encoder$/m);
    expect(run.stdout).toMatch(/^epoch 1 of 1 kept; held out 2 rows: loss \S+, perplexity/m);
    expect(run.stdout).toMatch(/finetune --model encoder/);
    const score = ['score', '--teacher', 'encoder', '--input', 'log.tsv', '--out', 'scores'];
    const refused = await runCommand(folder, [...score, ...FAST]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/encoder: the model has no classification head/);
    expect(await readdir(folder)).not.toContain('scores');
  });

  it('refuses a mask share that masks nothing', async () => {
    const args = ['pretrain', '--input', 'log.tsv', '--model', 'tiny', '--mask-share', '0'];
    const run = await runCommand(folder, [...args, '--out', 'none', ...FAST]);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/--mask-share: got "0", expected a number from 0.01 to 0.9/);
  });

  it('is a stage whose folder a finetune stage starts from', async () => {
    const stages = {
      encoder: { verb: 'pretrain', model: 'tiny', input: ['log.tsv'], epochs: 1, ...SIZES },
      teacher: {
        verb: 'finetune',
        model: '@encoder',
        train: ['train.tsv'],
        dev: ['dev.tsv'],
        epochs: 1,
      },
    };
    await writeFile(join(folder, 'config.json'), JSON.stringify({ out: 'work', stages }));
    const first = await runCommand(folder, ['run', 'config.json', '--json', ...FAST]);
    expect(first, first.stderr).toMatchObject({ status: 0 });
    const config = await readFile(join(folder, 'work', 'teacher', 'config.json'), 'utf8');
    expect(JSON.parse(config)).toMatchObject({ hidden_size: 16, num_hidden_layers: 1 });
    const again = await runCommand(folder, ['run', 'config.json', '--json', ...FAST]);
    const statuses = JSON.parse(again.stdout).stages.map(
      (stage: { status: string }) => stage.status,
    );
    expect(statuses).toEqual(['fresh', 'fresh']);
  });
});
