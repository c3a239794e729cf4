// `finetune` as command and as verb: every option reaches the training and is recorded; contradictions are refused.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finetune } from '../../src/library.js';
import { runCommand } from '../cli/command-line.js';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'finetune-verb-'));
  const rows = Array.from({ length: 24 }, (_, row) => {
    const isGood = row % 3 === 0;
    const shares = isGood ? '0.1\t0.9' : '0.8\t0.2';
    return `${isGood ? 'fine' : 'poor'} hat ${row % 5}\t${shares}\t${1 + (row % 2)}\t${Number(isGood)}`;
  });
  await writeFile(join(work, 'rows.tsv'), `text\tbad\tgood\tw\tlabel\n${rows.join('\n')}\n`);
});
afterAll(() => rm(work, { recursive: true }));

const TINY = { model: 'tiny', layers: 1, hiddenSize: 32, heads: 2, vocabularySize: 200 };

describe('finetune', () => {
  it('hands every option on and records what the result depends on', async () => {
    const rows = [join(work, 'rows.tsv')];
    const options = {
      epochs: 3,
      batchSize: 4,
      accumulate: 2,
      learningRate: 1e-3,
      schedule: 'cosine' as const,
      warmupShare: 0.2,
      weightDecay: 0.1,
      layerDecay: 0.8,
      clipNorm: 0.5,
      patience: 2,
      selectBy: 'logLoss' as const,
      dropout: 0.2,
    };
    const result = await finetune({
      ...TINY,
      ...options,
      train: rows,
      dev: rows,
      labelColumns: ['bad', 'good'],
      weight: 'w',
      classWeight: { good: 2 },
      out: join(work, 'full'),
    });
    expect(result).toMatchObject({ updates: 9, stoppedEarly: false, resumedFrom: 0 });
    const extra = JSON.parse(await readFile(join(work, 'full', 'bert2dnn.json'), 'utf8'));
    expect(extra.training).toEqual({
      ...options,
      seed: 1,
      classWeights: { good: 2 },
      weight: 'w',
      head: 'keep',
      numExamples: 24,
      bestEpoch: result.bestEpoch,
    });
    expect(extra.task).toEqual({ kind: 'classes', classes: ['bad', 'good'] });
    expect((await readdir(work)).sort()).toEqual(['full', 'rows.tsv']);
  });

  it('refuses shares beside another label', async () => {
    const rows = ['--train', 'rows.tsv', '--dev', 'rows.tsv', '--model', 'tiny', '--out', 'none'];
    const shares = ['--label-columns', 'bad,good'];
    for (const other of [
      ['--label', 'label'],
      ['--label-range', '0:1'],
      ['--classes', 'bad,good'],
    ]) {
      const run = await runCommand(work, ['finetune', ...rows, ...shares, ...other]);
      expect(run.status).toBe(2);
      expect(run.stderr).toContain(`--label-columns and ${other[0]}: got both`);
    }
  });

  it('prints updates and speed', async () => {
    const flags = Object.entries({ train: 'rows.tsv', dev: 'rows.tsv', out: 'said', epochs: '1' });
    const args = flags.flatMap(([name, value]) => [`--${name}`, value]);
    const sizes = ['--layers', '1', '--hidden-size', '32', '--heads', '2'];
    const run = await runCommand(work, [
      'finetune',
      '--model',
      'tiny',
      ...args,
      ...sizes,
      '--class-weight',
      'balanced',
    ]);
    expect(run.stdout.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^teacher of \d+ parameters -> said$/),
      expect.stringMatching(
        /^epoch 1 of 1 kept; dev logLoss 0\.\d{4}, auc \d\.\d{4}, accuracy .*; \d+ s$/,
      ),
      expect.stringMatching(/^1 updates; [\d.]+k? tokens\/s$/),
    ]);
  });
});
