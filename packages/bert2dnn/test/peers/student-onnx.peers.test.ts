// Students in ONNX as Python's onnx and onnxruntime see them, and the code of docs/onnx.md, run as it stands there.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quantizeStudent, type Student } from '@bert2dnn/student';
import * as fc from 'fast-check';
import type { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportStudent } from '../../src/export/export-student.js';
import { idFeeds, textFeeds, wordFeeds } from '../export/onnx-run.js';
import { type SampleOptions, sampleStudent, sampleTexts } from '../export/sample-students.js';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const python = process.env['BERT2DNN_PYTHON'] ?? 'python3';
const probe = spawnSync(python, ['-c', 'import numpy, onnx, onnxruntime']);
const note = probe.status === 0 ? '' : ` (skipped: ${python} lacks onnx or onnxruntime)`;

const FEEDS = { ids: idFeeds, words: wordFeeds, text: textFeeds };
const PAIR = ['query', 'title'];
const CASES = [
  ['pair', 'ids'],
  ['tower', 'ids'],
  ['tower', 'words'],
  ['bag', 'words'],
  ['paper', 'text'],
] as const;

describe.skipIf(probe.status !== 0)(`students in Python's onnxruntime${note}`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'student-onnx-'));
    await symlink(pathOf('../../../../node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  function runPython(args: string[], input = ''): unknown {
    const { status, stdout, stderr } = spawnSync(python, args, {
      input,
      encoding: 'utf8',
      cwd: folder,
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  it.each(CASES)('%s, given %s, on two threads', async (preset, onnxInput) => {
    const options: SampleOptions = { preset, fields: PAIR, ngrams: 3 };
    const examples = fc.sample(fc.tuple(sampleTexts, sampleTexts), { seed: 3, numRuns: 300 });
    for (const precision of ['float32', 'float16', 'int8'] as const) {
      const student = quantizeStudent(sampleStudent(options), precision);
      const path = join(folder, `${preset}-${onnxInput}-${precision}.onnx`);
      await exportStudent({ student, format: 'onnx', onnxInput, out: path });
      const feeds = mapFeeds(FEEDS[onnxInput](student, examples));
      const request = JSON.stringify({ path, threads: 2, feeds });
      const { outputs, metadata } = runPython([pathOf('./run_onnx.py')], request) as {
        outputs: Record<string, number[]>;
        metadata: Record<string, string>;
      };
      expectNear(outputs['logit'], [...student.logits(examples)]);
      expectNear(
        outputs['score'],
        student.scoreMany(examples).map(({ score }) => score),
      );
      expect(JSON.parse(metadata['definition'])).toEqual(student.definition);
      expect(metadata['input']).toBe(onnxInput);
    }
  });

  it('runs the code of docs/onnx.md', async () => {
    const guide = await readFile(pathOf('../../../../docs/onnx.md'), 'utf8');
    const [texts, ids] = codeBlocks(guide, 'python');
    const [node] = codeBlocks(guide, 'js');
    const paper = sampleStudent({ preset: 'paper', fields: ['text'] });
    const onnxInput = 'text';
    await exportStudent({
      student: paper,
      format: 'onnx',
      onnxInput,
      out: join(folder, 'text.onnx'),
    });
    const lines = ['Red cordless drill', 'ÉLAN drill bit'];
    expectNear(
      runPython(['-c', texts]) as number[],
      scoresOf(
        paper,
        lines.map((line) => [line]),
      ),
    );

    const pair = sampleStudent({ preset: 'pair', fields: PAIR });
    await exportStudent({ student: pair, format: 'folder', out: join(folder, 'student') });
    await exportStudent({ student: pair, format: 'onnx', out: join(folder, 'model.onnx') });
    await writeFile(join(folder, 'feeds.mjs'), node);
    const made = spawnSync(process.execPath, ['feeds.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(made.stderr).toBe('');
    const examples = [
      ['cordless drill', 'Red 18V cordless drill (2 pack)'],
      ['saw blade', 'Circular saw'],
    ];
    expectNear(runPython(['-c', ids]) as number[], scoresOf(pair, examples));
  });
});

function mapFeeds(feeds: Record<string, Tensor>) {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { type, dims, data }]) => {
      const values = Array.from(data as ArrayLike<unknown>, (value) =>
        typeof value === 'bigint' ? Number(value) : value,
      );
      return [name, { type, shape: dims, data: values }];
    }),
  );
}

function scoresOf(student: Student, examples: readonly string[][]): number[] {
  return student.scoreMany(examples).map(({ score }) => score);
}

function expectNear(got: readonly number[], wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length);
  const worst = Math.max(
    ...wanted.map((value, index) => Math.abs(value - got[index]) / Math.max(1, Math.abs(value))),
  );
  expect(worst).toBeLessThan(1e-5);
}

/** The fenced blocks of a language, in order. */
function codeBlocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp('```' + language + '\\n([\\s\\S]*?)```', 'g'))].map(
    ([, code]) => code,
  );
}
