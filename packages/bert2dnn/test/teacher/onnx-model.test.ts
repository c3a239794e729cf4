// ONNX teachers made elsewhere: what they take and give is read from the file, what is no classifier is refused.
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  add,
  cast,
  concat,
  emitOnnx,
  Graph,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  type Tensor,
} from '@bert2dnn/autodiff';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type EmbeddingOptions,
  type LoadTeacherOptions,
  loadTeacher,
} from '../../src/teacher/teacher.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-'));
  await cp(join(TINY_BERT, 'tokenizer.json'), join(folder, 'tokenizer.json'));
});
afterEach(() => rm(folder, { recursive: true }));

type Wide = boolean | readonly string[];

async function writeModel(
  build: (graph: Graph) => Record<string, Tensor>,
  { wide = true, file = 'model.onnx' }: { wide?: Wide; file?: string } = {},
): Promise<void> {
  const bytes = emitOnnx(build(new Graph()), { castInputsToInt64: wide, portable: true });
  await mkdir(join(folder, file, '..'), { recursive: true });
  await writeFile(join(folder, file), bytes);
}

/** An input [B, S] as floats. */
const tokensOf = (graph: Graph, name: string): Tensor =>
  cast(graph.input(name, ['B', 'S'], 'int32'), 'float32');

/** Token vectors [B, S, 2]: the id and its square. */
function tokenVectors(ids: Tensor): Tensor {
  const column = reshape(ids, [0, -1, 1]);
  return concat([column, mul(column, column)], 2);
}

// "x" is piece 28, "1" piece 61, [CLS] 2, [SEP] 3; a row of one word has three tokens.
const IDS = [
  [2, 28, 3],
  [2, 61, 3],
];
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function expectNear(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(got[index]).toBeCloseTo(value, 3);
  });
}

async function logitsOf(texts: string[][], options: LoadTeacherOptions = {}) {
  const teacher = await loadTeacher(folder, options);
  const logits = await teacher.logits(texts);
  await teacher.release();
  return { logits, numOutputs: teacher.numOutputs, maxTokens: teacher.maxTokens };
}

async function vectorsOf(texts: string[][], embeddings: EmbeddingOptions = {}) {
  const teacher = await loadTeacher(folder, { embeddings });
  const scores = await teacher.score!(texts);
  await teacher.release();
  return { ...scores, numOutputs: teacher.numOutputs, embeddingSize: teacher.embeddingSize };
}

describe('an ONNX classifier', () => {
  it('runs without token types, with logits [B] of another name', async () => {
    await writeModel((graph) => {
      const masked = mul(tokensOf(graph, 'input_ids'), tokensOf(graph, 'attention_mask'));
      return { scores: reduceMean(masked, { axes: [1] }) };
    });
    const { logits, numOutputs, maxTokens } = await logitsOf([['x', '1']]);
    expect([numOutputs, maxTokens]).toEqual([1, 16]);
    expectNear(logits, IDS.map(meanOf));
  });

  it.each([
    ['int64', true],
    ['int32', false],
    ['both', ['attention_mask', 'position_ids']],
  ] as const)('takes its inputs in any order and as %s, positions too', async (_, wide) => {
    await writeModel(
      (graph) => {
        const inputs = ['position_ids', 'token_type_ids', 'attention_mask', 'input_ids'];
        const [positions, types, mask, ids] = inputs.map((name) => tokensOf(graph, name));
        const values = [mul(ids, mask), positions, types];
        const sums = values.map((value) => reduceSum(value, { axes: [1], keepDims: true }));
        return { logits: concat(sums, 1) };
      },
      { wide },
    );
    // [CLS] x [SEP] 1 [SEP]: positions 0 to 4, two tokens of type 1.
    const { logits, numOutputs } = await logitsOf([['x'], ['1']]);
    expect(numOutputs).toBe(3);
    expectNear(logits, [2 + 28 + 3 + 61 + 3, 10, 2]);
  });

  it('counts positions from behind the padding id where config.json names such a family', async () => {
    await writeModel((graph) => {
      const ids = tokensOf(graph, 'input_ids');
      const positions = tokensOf(graph, 'position_ids');
      return { logits: reduceSum(add(positions, mul(ids, graph.constant(0))), { axes: [1] }) };
    });
    const config = { model_type: 'roberta', vocab_size: 70, pad_token_id: 1 };
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    expectNear((await logitsOf([['x']])).logits, [2 + 3 + 4]);
  });

  it('has its logits found among other outputs by name, and without the name refused', async () => {
    const build = (name: string) => (graph: Graph) => {
      const ids = tokensOf(graph, 'input_ids');
      const mean = reduceMean(tokenVectors(ids), { axes: [1] });
      return {
        extra: mean,
        last_hidden_state: tokenVectors(ids),
        [name]: mul(mean, ids.graph.constant(2)),
      };
    };
    await writeModel(build('logits'));
    const { logits, numOutputs } = await logitsOf([['x']]);
    expect(numOutputs).toBe(2);
    expectNear(logits, [2 * meanOf(IDS[0]), 2 * meanOf(IDS[0].map((id) => id * id))]);
    await writeModel(build('other'));
    await expect(loadTeacher(folder)).rejects.toThrow(
      /outputs are "extra" \[2, 2\].*"other" \[2, 2\] .*expected logits \[B, C\]/,
    );
  });

  it('takes 3 values a row for logits and 3 tokens a row for none', async () => {
    await writeModel((graph) => {
      const ids = tokensOf(graph, 'input_ids');
      return { logits: mul(ids, tokensOf(graph, 'attention_mask')) };
    });
    await expect(loadTeacher(folder)).rejects.toThrow(/"logits" \[2, 3\] for 2 rows of 3 tokens/);
    await writeModel((graph) => {
      const sum = reduceSum(tokensOf(graph, 'input_ids'), { axes: [1], keepDims: true });
      return { logits: concat([sum, sum, sum], 1) };
    });
    expect((await logitsOf([['x']])).numOutputs).toBe(3);
  });

  it('is found by name, in the folder or in onnx/, with a fingerprint of its own', async () => {
    const times = (factor: number) => (graph: Graph) => ({
      logits: reduceSum(mul(tokensOf(graph, 'input_ids'), graph.constant(factor)), { axes: [1] }),
    });
    await writeModel(times(1));
    await writeModel(times(2), { file: 'onnx/model_O4.onnx' });
    expectNear((await logitsOf([['x']])).logits, [33]);
    expectNear((await logitsOf([['x']], { onnxFile: 'model_O4.onnx' })).logits, [66]);
    expectNear((await logitsOf([['x']], { onnxFile: 'onnx/model_O4.onnx' })).logits, [66]);
    const fingerprintOf = async (options: LoadTeacherOptions) => {
      const teacher = await loadTeacher(folder, options);
      await teacher.release();
      return teacher.fingerprint;
    };
    const first = await fingerprintOf({});
    expect(await fingerprintOf({ onnxFile: 'model_O4.onnx' })).not.toBe(first);
    await writeFile(join(folder, 'model.onnx_data'), 'weights outside');
    expect(await fingerprintOf({})).not.toBe(first);
    await expect(loadTeacher(folder, { onnxFile: 'model_O3.onnx' })).rejects.toThrow(
      /model_O3\.onnx: no such file, expected one of model\.onnx, onnx\/model_O4\.onnx/,
    );
    const both = loadTeacher(folder, { onnxFile: 'model_O4.onnx', precision: 'int8' });
    await expect(both).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('with another input is refused by name', async () => {
    await writeModel((graph) => {
      const pixels = graph.input('pixel_values', ['B', 'S']);
      return { logits: reduceMean(mul(tokensOf(graph, 'input_ids'), pixels), { axes: [1] }) };
    });
    await expect(loadTeacher(folder)).rejects.toThrow(/model\.onnx: the inputs are .*pixel_values/);
  });

  it('with floats for tokens, or of one size, is refused by its input', async () => {
    await writeModel((graph) => ({
      logits: reduceMean(graph.input('input_ids', ['B', 'S']), { axes: [1] }),
    }));
    await expect(loadTeacher(folder)).rejects.toThrow(
      /input "input_ids" is float32, expected int64 or int32/,
    );
    await writeModel((graph) => {
      const ids = cast(graph.input('input_ids', [1, 8], 'int32'), 'float32');
      return { logits: reduceMean(ids, { axes: [1] }) };
    });
    await expect(loadTeacher(folder)).rejects.toThrow(/"input_ids" has shape \[1, 8\]/);
  });

  it('without a head is refused by its output shape', async () => {
    await writeModel((graph) => ({
      last_hidden_state: tokenVectors(tokensOf(graph, 'input_ids')),
    }));
    await expect(loadTeacher(folder)).rejects.toMatchObject({
      code: 'TEACHER_INVALID',
      message: expect.stringMatching(/"last_hidden_state" \[2, 3, 2\] for 2 rows of 3 tokens/),
      hint: expect.stringContaining('--embeddings'),
    });
  });

  it('that is no ONNX file is refused by path', async () => {
    await writeFile(join(folder, 'model.onnx'), 'not a model');
    await expect(loadTeacher(folder)).rejects.toMatchObject({ code: 'TEACHER_INVALID' });
  });
});

describe('an ONNX encoder', () => {
  // The second row is shorter than the first: its padding must not be in the mean.
  const texts = [['x 1', 'x']];
  const ids = [
    [2, 28, 61, 3],
    [2, 28, 3],
  ];

  it('gives the mean of last_hidden_state, or its first vector, and no logits', async () => {
    await writeModel((graph) => ({
      last_hidden_state: tokenVectors(tokensOf(graph, 'input_ids')),
    }));
    const mean = await vectorsOf(texts);
    expect([mean.numOutputs, mean.embeddingSize, mean.logits.length]).toEqual([0, 2, 0]);
    const means = ids.flatMap((row) => [meanOf(row), meanOf(row.map((id) => id * id))]);
    expectNear(mean.embeddings!, means);
    expectNear((await vectorsOf(texts, { pooling: 'cls' })).embeddings!, [2, 4, 2, 4]);
  });

  it('gives its own sentence_embedding unless it is asked to pool', async () => {
    await writeModel((graph) => {
      const tokens = tokenVectors(tokensOf(graph, 'input_ids'));
      const sum = reduceSum(tokens, { axes: [1] });
      return { token_embeddings: tokens, sentence_embedding: mul(sum, graph.constant(0.5)) };
    });
    expectNear((await vectorsOf([['x']])).embeddings!, [16.5, (4 + 784 + 9) / 2]);
    expectNear((await vectorsOf([['x']], { pooling: 'cls' })).embeddings!, [2, 4]);
  });

  it('gives vectors beside the logits of a classifier, and without vectors is refused', async () => {
    const build =
      (withTokens: boolean) =>
      (graph: Graph): Record<string, Tensor> => {
        const tokens = tokenVectors(tokensOf(graph, 'input_ids'));
        const logits = reduceSum(tokens, { axes: [1] });
        return withTokens ? { logits, last_hidden_state: tokens } : { logits };
      };
    await writeModel(build(true));
    const both = await vectorsOf([['x']]);
    expectNear(both.logits, [33, 797]);
    expectNear(both.embeddings!, [11, 797 / 3]);
    expect((await vectorsOf([['x']], { only: true })).logits).toHaveLength(0);
    await writeModel(build(false));
    await expect(vectorsOf([['x']])).rejects.toThrow(/expected sentence_embedding \[B, D\] or/);
  });
});
