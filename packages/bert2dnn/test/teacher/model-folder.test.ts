// Model folders: what is written opens again and scores alike; what is broken is refused by name.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors, type TensorToWrite, writeSafetensors } from '@bert2dnn/student';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelFolder } from '../../src/teacher/model-folder.js';
import { saveClassifier } from '../../src/teacher/save-folder.js';
import { completeParameters } from '../../src/teacher/start-model.js';
import { loadTeacher } from '../../src/teacher/teacher.js';
import { createTinyModel } from '../../src/teacher/tiny.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));
const TEXTS = [
  ['the cat', 'a dog', 'x'],
  ['dog', 'cat cat 1 2', ''],
];

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'teacher-')), 'model');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

async function logitsOf(dir: string): Promise<Float32Array> {
  const teacher = await loadTeacher(dir, { fields: ['query', 'title'] });
  const logits = await teacher.logits(TEXTS);
  await teacher.release();
  return logits;
}

async function saveGolden(): Promise<void> {
  const { config, tokenizerFiles, weights } = await openModelFolder(TINY_BERT);
  await saveClassifier(folder, {
    config,
    head: { labels: ['no', 'maybe', 'yes'], problemType: 'single_label_classification' },
    parameters: weights.parameters,
    tokenizerFiles,
    extra: {
      fields: ['query', 'title'],
      maxTokens: 12,
      task: { kind: 'classes', classes: ['no', 'maybe', 'yes'] },
      training: { seed: 1 },
      metrics: {},
    },
  });
}

describe('a written folder', () => {
  it('opens again: same logits from safetensors and from ONNX, its fields and classes known', async () => {
    await saveGolden();
    const expected = await logitsOf(TINY_BERT);
    expect([...(await logitsOf(folder))]).toEqual([...expected]);
    const teacher = await loadTeacher(folder);
    expect(teacher).toMatchObject({
      fields: ['query', 'title'],
      numOutputs: 3,
      classes: ['no', 'maybe', 'yes'],
      maxTokens: 12,
    });
    await teacher.release();
    await rm(join(folder, 'model.safetensors'));
    const foreign = await logitsOf(folder);
    for (const [index, value] of expected.entries()) expect(foreign[index]).toBeCloseTo(value, 4);
  });

  it('replaces an older model, and nothing else', async () => {
    await saveGolden();
    await saveGolden();
    expect((await readdir(folder)).sort()).toEqual([
      'README.md',
      'bert2dnn.json',
      'config.json',
      'model.onnx',
      'model.safetensors',
      'onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(await readdir(join(folder, 'onnx'))).toEqual(['model_quantized.onnx']);
    expect(await readdir(join(folder, '..'))).toEqual(['model']);
    await writeFile(join(folder, 'onnx', 'model_q4.onnx'), '');
    await expect(saveGolden()).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    await rm(join(folder, 'onnx', 'model_q4.onnx'));
    await writeFile(join(folder, 'notes.md'), '');
    await expect(saveGolden()).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    await rm(join(folder, 'notes.md'));
    // Without it, it could be a model made elsewhere.
    await rm(join(folder, 'bert2dnn.json'));
    await expect(saveGolden()).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });
});

type Tensors = Record<string, TensorToWrite>;

async function changeWeights(change: (tensors: Tensors) => void): Promise<void> {
  await cp(TINY_BERT, folder, { recursive: true });
  const path = join(folder, 'model.safetensors');
  const tensors: Tensors = Object.fromEntries(readSafetensors(await readFile(path)).tensors);
  change(tensors);
  await writeFile(path, writeSafetensors(tensors));
}

async function changeJson(file: string, change: (json: Record<string, unknown>) => void) {
  await cp(TINY_BERT, folder, { recursive: true });
  const json = JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, unknown>;
  change(json);
  await writeFile(join(folder, file), JSON.stringify(json));
}

describe('weights', () => {
  it('open without prefix, as a bare encoder, and get a fresh seeded head', async () => {
    await changeWeights((tensors) => {
      for (const name of Object.keys(tensors)) {
        if (name.startsWith('bert.')) tensors[name.slice('bert.'.length)] = tensors[name];
        delete tensors[name.startsWith('bert.') || name.startsWith('classifier') ? name : ''];
      }
    });
    const { config, weights } = await openModelFolder(folder);
    expect([weights.hasHead, weights.hasPooler]).toEqual([false, true]);
    const complete = (seed: number) =>
      completeParameters(weights.parameters, { encoder: config.encoder, numOutputs: 1, seed });
    expect(complete(1).fresh).toEqual(['classifier.weight', 'classifier.bias']);
    expect(complete(1).parameters['classifier.weight']).toEqual(
      complete(1).parameters['classifier.weight'],
    );
    expect(complete(2).parameters['classifier.weight']).not.toEqual(
      complete(1).parameters['classifier.weight'],
    );
    await expect(loadTeacher(folder)).rejects.toThrow(/has no classification head/);
  });

  it('open in bfloat16', async () => {
    await changeWeights((tensors) => {
      for (const tensor of Object.values(tensors)) {
        const { buffer, byteOffset, byteLength } = tensor.data;
        const bits = new Uint16Array(buffer.slice(byteOffset, byteOffset + byteLength));
        tensor.dtype = 'BF16';
        tensor.data = bits.filter((_, index) => index % 2 === 1);
      }
    });
    const { weights } = await openModelFolder(folder);
    const { weights: exact } = await openModelFolder(TINY_BERT);
    const place = 'layer.1.output.weight';
    for (const [index, value] of exact.parameters[place].entries()) {
      expect(Math.abs(weights.parameters[place][index] - value)).toBeLessThanOrEqual(
        Math.abs(value) / 128,
      );
    }
  });

  it.each<[string, (tensors: Tensors) => void, RegExp]>([
    [
      'a missing tensor',
      (tensors) => {
        delete tensors['bert.encoder.layer.1.attention.self.key.weight'];
      },
      /model\.safetensors: "bert\.encoder\.layer\.1\.attention\.self\.key\.weight" is missing, expected shape \[24, 24\]/,
    ],
    [
      'a wrong shape',
      (tensors) => {
        const name = 'bert.encoder.layer.0.intermediate.dense.weight';
        tensors[name] = { ...tensors[name], shape: [24, 40] };
      },
      /"bert\.encoder\.layer\.0\.intermediate\.dense\.weight" has shape \[24, 40\], expected \[40, 24\]/,
    ],
    [
      'an unknown tensor',
      (tensors) => {
        tensors['bert.adapter.weight'] = tensors['classifier.bias'];
      },
      /"bert\.adapter\.weight" is not part of a bert classifier/,
    ],
  ])('with %s are refused', async (_, change, message) => {
    await changeWeights(change);
    await expect(loadTeacher(folder)).rejects.toThrow(message);
    await expect(loadTeacher(folder)).rejects.toMatchObject({ code: 'TEACHER_INVALID' });
  });

  it('cut short are refused', async () => {
    await cp(TINY_BERT, folder, { recursive: true });
    const path = join(folder, 'model.safetensors');
    await writeFile(path, (await readFile(path)).subarray(0, 9000));
    await expect(loadTeacher(folder)).rejects.toMatchObject({ code: 'TEACHER_INVALID' });
  });

  it.each([
    ['pytorch_model.bin', /pytorch_model\.bin: pickled weights are refused/, /: from transformers/],
    [
      'pytorch_model.bin.index.json',
      /\.index\.json: pickled weights are refused/,
      /save_pretrained/,
    ],
    [
      'pytorch_model-00001-of-00002.bin',
      /00002\.bin: pickled weights are refused/,
      /save_pretrained/,
    ],
    ['tf_model.h5', /tf_model\.h5: weights of TensorFlow are not read/, /from_tf=True/],
    ['flax_model.msgpack', /\.msgpack: weights of Flax are not read/, /from_flax=True/],
  ])('in %s are refused with the way to convert them', async (name, message, hint) => {
    await cp(TINY_BERT, folder, { recursive: true });
    await rm(join(folder, 'model.safetensors'));
    await writeFile(join(folder, name), 'PK');
    await expect(loadTeacher(folder)).rejects.toMatchObject({
      code: 'TEACHER_INVALID',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});

describe('a config', () => {
  it.each<[string, unknown, RegExp]>([
    ['hidden_act', 'swish', /"hidden_act" is "swish", expected gelu or gelu_new/],
    ['position_embedding_type', 'relative_key', /"position_embedding_type" is "relative_key"/],
    ['is_decoder', true, /"is_decoder" is true, expected false/],
    ['model_type', 'gpt2', /"model_type" is "gpt2", expected bert/],
    ['num_attention_heads', 5, /"num_attention_heads" is 5, expected a divisor of hidden_size 24/],
    // transformers takes 768 then.
    [
      'hidden_size',
      undefined,
      /word_embeddings\.weight" has shape \[65, 24\], expected \[65, 768\]/,
    ],
    ['vocab_size', 40, /tokenizer\.json has ids up to \d+, config\.json a "vocab_size" of 40/],
  ])('with %s of %s is refused', async (member, value, message) => {
    await changeJson('config.json', (json) => {
      json[member] = value;
    });
    await expect(loadTeacher(folder)).rejects.toThrow(message);
  });

  it('that is absent or no JSON is refused by path', async () => {
    await expect(loadTeacher(folder)).rejects.toThrow(/model\/config\.json: cannot be read/);
    await cp(TINY_BERT, folder, { recursive: true });
    await writeFile(join(folder, 'config.json'), '{');
    await expect(loadTeacher(folder)).rejects.toThrow(/model\/config\.json: not valid JSON/);
  });
});

describe('a folder without tokenizer_config.json', () => {
  it('is given one that has transformers take tokenizer.json as it is', async () => {
    const { tokenizerFiles } = await openModelFolder(TINY_BERT);
    expect(JSON.parse(tokenizerFiles['tokenizer_config.json'])).toEqual({
      tokenizer_class: 'PreTrainedTokenizerFast',
      model_input_names: ['input_ids', 'token_type_ids', 'attention_mask'],
      pad_token: '[PAD]',
      cls_token: '[CLS]',
      sep_token: '[SEP]',
      unk_token: '[UNK]',
      mask_token: '[MASK]',
    });
  });
});

describe('createTinyModel', () => {
  const texts = ['red shoes', 'blue shoes for men', 'red hat', 'green hat and shoes'];

  it('is the same for the same texts and seed', () => {
    const make = (seed: number) =>
      createTinyModel({ texts, seed, options: { hiddenSize: 16, numHeads: 2 } });
    expect(make(1)).toEqual(make(1));
    expect(make(2).parameters['embeddings.token']).not.toEqual(
      make(1).parameters['embeddings.token'],
    );
  });

  it('draws weights within two deviations of 0', () => {
    const { parameters, config } = createTinyModel({ texts, seed: 3 });
    const weights = parameters['layer.0.intermediate.weight'];
    const mean = weights.reduce((sum, value) => sum + value, 0) / weights.length;
    const variance = weights.reduce((sum, value) => sum + (value - mean) ** 2, 0) / weights.length;
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(0.04);
    expect(Math.abs(mean)).toBeLessThan(1e-3);
    // A normal cut at two deviations has 0.774 of its variance: 1 - 2 * 2 * pdf(2) / (cdf(2) - cdf(-2)).
    expect(variance / 0.02 ** 2).toBeCloseTo(0.774, 1);
    expect(config.encoder).toMatchObject({
      hiddenSize: 128,
      numLayers: 2,
      numHeads: 4,
      maxPositions: 128,
    });
  });

  it('refuses a width that its heads do not divide', () => {
    expect(() => createTinyModel({ texts, seed: 1, options: { hiddenSize: 10 } })).toThrow(
      /no multiple of 4 heads/,
    );
  });
});
