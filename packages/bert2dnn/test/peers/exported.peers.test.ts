// Models that Python exports score here as they do there: a classifier with inputs in another order and an output of
// another name, weights outside of the file, dynamic int8, an encoder. Needs torch, transformers, onnx, onnxscript and onnxruntime.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadTeacherOptions, loadTeacher } from '../../src/teacher/teacher.js';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const python = process.env['BERT2DNN_PYTHON'] ?? 'python3';
const probe = spawnSync(python, [
  '-c',
  'import torch, transformers, onnx, onnxscript, onnxruntime',
]);
const note =
  probe.status === 0
    ? ''
    : ` (skipped: ${python} lacks torch, transformers, onnx, onnxscript or onnxruntime)`;

const ROWS: [string, string][] = [
  ['the cat', 'abc def'],
  ['x', ''],
  ['a dog barks', 'the dog the dog'],
];
const MAX_TOKENS = 16;

interface Exported {
  logits: number[][];
  mean: number[][];
  int8: number[][];
}

describe.skipIf(probe.status !== 0)(`models exported by Python${note}`, () => {
  let out: string;
  let expected: Exported;
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'exported-'));
    const request = {
      folder: pathOf('../golden/tiny-bert'),
      out,
      maxTokens: MAX_TOKENS,
      rows: ROWS,
    };
    const { status, stdout, stderr } = spawnSync(python, [pathOf('./export_onnx.py')], {
      input: JSON.stringify(request),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    expected = JSON.parse(stdout.trim().split('\n').at(-1)!) as Exported;
  }, 120_000);
  afterAll(() => rm(out, { recursive: true }));

  /** Logits or vectors of the rows, all at once or each alone. */
  async function scoreRows(options: LoadTeacherOptions, { alone = false } = {}) {
    const teacher = await loadTeacher(out, {
      maxTokens: MAX_TOKENS,
      fields: ['query', 'title'],
      ...options,
    });
    const scores: number[] = [];
    for (const rows of alone ? ROWS.map((row) => [row]) : [ROWS]) {
      const texts = [rows.map(([first]) => first), rows.map(([, second]) => second)];
      const { logits, embeddings } = await teacher.score!(texts);
      scores.push(...(embeddings ?? logits));
    }
    await teacher.release();
    return scores;
  }

  function expectNear(got: readonly number[], wanted: readonly number[][], tolerance: number) {
    const flat = wanted.flat();
    expect(got).toHaveLength(flat.length);
    const worst = Math.max(...got.map((value, index) => Math.abs(value - flat[index])));
    expect(worst).toBeLessThan(tolerance);
  }

  it('a classifier, found in onnx/', async () => {
    expectNear(await scoreRows({}), expected.logits, 1e-4);
  });

  it('a classifier with its weights in another file', async () => {
    expectNear(await scoreRows({ onnxFile: 'model_outside.onnx' }), expected.logits, 1e-4);
  });

  it('dynamic int8, row by row: the scale of its activations is that of the batch', async () => {
    const options = { onnxFile: 'model_quantized.onnx' };
    expectNear(await scoreRows(options, { alone: true }), expected.int8, 1e-3);
    expectNear(await scoreRows({ precision: 'int8' }, { alone: true }), expected.int8, 1e-3);
  });

  it('an encoder, its vectors pooled here', async () => {
    const options = { onnxFile: 'encoder.onnx', embeddings: {} };
    expectNear(await scoreRows(options), expected.mean, 1e-4);
  });
});
