// ONNX teachers made elsewhere: what they take and give is read from the file, what is no classifier is refused.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cast, emitOnnx, Graph, mul, reduceMean, type Tensor } from '@bert2dnn/autodiff';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTeacher } from '../../src/teacher/teacher.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-'));
  await cp(join(TINY_BERT, 'tokenizer.json'), join(folder, 'tokenizer.json'));
});
afterEach(() => rm(folder, { recursive: true }));

async function writeModel(build: (graph: Graph) => Record<string, Tensor>): Promise<void> {
  const bytes = emitOnnx(build(new Graph()), { castInputsToInt64: true, portable: true });
  await writeFile(join(folder, 'model.onnx'), bytes);
}

describe('an ONNX folder', () => {
  it('runs without token types, with logits [B] of another name', async () => {
    await writeModel((graph) => {
      const ids = cast(graph.input('input_ids', ['B', 'S'], 'int32'), 'float32');
      const mask = cast(graph.input('attention_mask', ['B', 'S'], 'int32'), 'float32');
      return { scores: reduceMean(mul(ids, mask), { axes: [1] }) };
    });
    const teacher = await loadTeacher(folder);
    // "x" is piece 28, "1" piece 61, [CLS] 2, [SEP] 3; both rows have three tokens.
    const logits = await teacher.logits([['x', '1']]);
    expect([teacher.numOutputs, teacher.maxTokens]).toEqual([1, 16]);
    expect(logits[0]).toBeCloseTo((2 + 28 + 3) / 3, 5);
    expect(logits[1]).toBeCloseTo((2 + 61 + 3) / 3, 5);
    await teacher.release();
  });

  it('with another input is refused by name', async () => {
    await writeModel((graph) => {
      const pixels = graph.input('pixel_values', ['B', 'S']);
      const ids = cast(graph.input('input_ids', ['B', 'S'], 'int32'), 'float32');
      return { logits: reduceMean(mul(ids, pixels), { axes: [1] }) };
    });
    await expect(loadTeacher(folder)).rejects.toThrow(/model\.onnx: the inputs are .*pixel_values/);
  });

  it('without a head is refused by its output shape', async () => {
    await writeModel((graph) => {
      const ids = cast(graph.input('input_ids', ['B', 'S'], 'int32'), 'float32');
      return { last_hidden_state: mul(ids, graph.constant([1, 2, 3], [3, 1, 1])) };
    });
    await expect(loadTeacher(folder)).rejects.toThrow(
      /output "last_hidden_state" has shape \[3, 1, 2\]/,
    );
  });

  it('that is no ONNX file is refused by path', async () => {
    await writeFile(join(folder, 'model.onnx'), 'not a model');
    await expect(loadTeacher(folder)).rejects.toMatchObject({ code: 'TEACHER_INVALID' });
  });
});
