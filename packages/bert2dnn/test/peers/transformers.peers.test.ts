// Python's transformers opens what we write and gives the same ids and logits.
// Needs a Python with transformers and torch: BERT2DNN_PYTHON, else python3; skipped where there is none.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExamples } from '../../src/data/index.js';
import { finetune } from '../../src/teacher/finetune.js';
import { openTokenizer } from '../../src/teacher/model-folder.js';
import { loadTeacher } from '../../src/teacher/teacher.js';

const python = process.env['BERT2DNN_PYTHON'] ?? 'python3';
const script = fileURLToPath(new URL('./open_classifier.py', import.meta.url));
const probe = spawnSync(python, ['-c', 'import torch, transformers']);
const reason = probe.status === 0 ? '' : `(skipped: ${python} has no torch and transformers)`;

const ROWS: [string, string][] = [
  ['red shoe', 'Red running shoe, size 42'],
  ['hat', 'A wool hat'],
  ['Käse-Reibe', 'unknown wörds 日本 😀 [SEP] here'],
  [
    'a very long query about a red wool shoe',
    'and a title that goes on and on beyond what fits in it',
  ],
];

interface Reply {
  model: string;
  labels: number;
  problem: string;
  logits: number[][];
  ids: number[][];
  onnx: number[][] | null;
}

describe.skipIf(probe.status !== 0)(`transformers ${reason}`, () => {
  let work: string;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'peers-'));
  });
  afterAll(() => rm(work, { recursive: true }));

  it('opens a fine-tuned tiny teacher: same ids, same logits', async () => {
    const table = join(work, 'pairs.tsv');
    const lines = Array.from({ length: 200 }, (_, row) =>
      row % 2 === 0 ? 'red shoe\tred shoe for running\t1' : 'red shoe\twool hat number 12\t0',
    );
    await writeFile(table, `query\ttitle\tlabel\n${lines.join('\n')}\n`);
    const set = await openExamples([table], {}, { label: true });
    const out = join(work, 'teacher');
    const tiny = { hiddenSize: 32, numHeads: 2, numLayers: 2 };
    const training = { epochs: 1, maxTokens: 20 };
    await finetune({ model: 'tiny', tiny, train: set, dev: set, out, ...training });
    const input = JSON.stringify({ folder: out, maxTokens: 20, rows: ROWS });
    const run = spawnSync(python, [script], { input, encoding: 'utf8', maxBuffer: 1e8 });
    expect(run.status, run.stderr).toBe(0);
    const reply = JSON.parse(run.stdout) as Reply;
    expect(reply).toMatchObject({
      model: 'BertForSequenceClassification',
      labels: 1,
      problem: 'multi_label_classification',
    });
    const tokenizer = await openTokenizer(out);
    expect(ROWS.map(([first, second]) => tokenizer.encode(first, second, 20).ids)).toEqual(
      reply.ids,
    );
    const teacher = await loadTeacher(out);
    const logits = await teacher.logits([
      ROWS.map(([first]) => first),
      ROWS.map(([, second]) => second),
    ]);
    await teacher.release();
    for (const [row, logit] of logits.entries()) {
      expect(logit).toBeCloseTo(reply.logits[row][0], 4);
      if (reply.onnx !== null) expect(reply.onnx[row][0]).toBeCloseTo(logit, 4);
    }
  });
});
