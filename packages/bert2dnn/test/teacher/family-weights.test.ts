// Weights of every family: misfits by name, other heads, number formats, and what is written.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxSession } from '@bert2dnn/autodiff';
import type { SafetensorsTensor } from '@bert2dnn/student';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJson } from '../../src/foundation/files.js';
import { openEncoderModel, scoreTokens } from '../../src/teacher/batch-model.js';
import { readTeacherConfig, type TeacherConfig } from '../../src/teacher/config.js';
import type { HeadKind } from '../../src/teacher/family.js';
import { readFolderTensors } from '../../src/teacher/folder-tensors.js';
import { saveClassifier, saveMaskedLanguageModel } from '../../src/teacher/save-folder.js';
import { completeParameters } from '../../src/teacher/start-model.js';
import { placeWeights, tensorNames } from '../../src/teacher/weights.js';
import { expectNear, feedOf, goldenFolder, readGolden } from './golden-model.js';

type Tensors = Map<string, SafetensorsTensor>;

const CLASSIFIERS = ['distilbert', 'roberta', 'xlm-roberta', 'ernie', 'electra'];

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'family-')), 'model');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

async function openGolden(name: string): Promise<{ config: TeacherConfig; tensors: Tensors }> {
  const path = goldenFolder(name);
  const config = readTeacherConfig(await readJson(join(path, 'config.json')), name);
  return { config, tensors: (await readFolderTensors(path)).tensors };
}

/** A golden model with its tensors changed, placed. */
async function placeChanged(
  name: string,
  change: (tensors: Tensors, config: TeacherConfig) => void,
  head: HeadKind = 'classifier',
) {
  const { config, tensors } = await openGolden(name);
  change(tensors, config);
  return placeWeights(tensors, config, { file: 'file', head });
}

function zeros(...shape: number[]): SafetensorsTensor {
  const size = shape.reduce((product, dim) => product * dim, 4);
  return { dtype: 'F32', shape, data: new Uint8Array(size) };
}

describe.each(CLASSIFIERS)('tensors of %s', (name) => {
  it('that are missing, of another shape or unknown are named', async () => {
    const { config } = await openGolden(name);
    const names = tensorNames(config, { head: 'classifier', isPrefixed: true });
    for (const [place, tensor] of names) {
      const missing = placeChanged(name, (tensors) => tensors.delete(tensor));
      await expect(missing, place).rejects.toThrow(`file: "${tensor}" is missing, expected shape`);
    }
    const wrong = names.get('layer.1.output.weight')!;
    await expect(placeChanged(name, (tensors) => tensors.set(wrong, zeros(3, 3)))).rejects.toThrow(
      `"${wrong}" has shape [3, 3], expected [16, 20]`,
    );
    const extra = `${config.family.prefix}adapter.weight`;
    await expect(placeChanged(name, (tensors) => tensors.set(extra, zeros(1)))).rejects.toThrow(
      `"${extra}" is not part of a ${name} classifier`,
    );
  });

  it('open without prefix and head, as a bare encoder', async () => {
    const { config, tensors } = await openGolden(name);
    const { prefix } = config.family;
    const bare: Tensors = new Map();
    for (const [tensor, value] of tensors) {
      if (tensor.startsWith(prefix)) bare.set(tensor.slice(prefix.length), value);
    }
    const placed = placeWeights(bare, config, { file: 'file', head: 'classifier' });
    expect([placed.hasHead, placed.hasMaskedLm]).toEqual([false, false]);
    // ERNIE's pooler belongs to the encoder, the dense layers of the others to the head.
    expect(placed.hasPooler).toBe(name === 'ernie');
    const options = { encoder: config.encoder, numOutputs: 3, seed: 1 };
    expect(completeParameters(placed.parameters, options).fresh).toEqual([
      ...(name === 'ernie' ? [] : ['pooler.weight', 'pooler.bias']),
      'classifier.weight',
      'classifier.bias',
    ]);
  });
});

describe('tensors of other heads', () => {
  it.each([
    [
      'distilbert',
      ['vocab_transform.weight', 'qa_outputs.bias', 'distilbert.embeddings.position_ids'],
    ],
    ['roberta', ['lm_head.bias', 'roberta.pooler.dense.weight', 'roberta.embeddings.position_ids']],
    ['xlm-roberta', ['lm_head.dense.weight', 'roberta.embeddings.token_type_ids']],
    [
      'ernie',
      ['cls.seq_relationship.weight', 'cls.predictions.bias', 'ernie.embeddings.position_ids'],
    ],
    ['electra', ['discriminator_predictions.dense.weight', 'sequence_summary.summary.bias']],
  ])('are ignored in %s', async (name, names) => {
    const plain = await placeChanged(name, () => {});
    const more = await placeChanged(name, (tensors) => {
      for (const tensor of names) tensors.set(tensor, zeros(2, 2));
    });
    expect(more).toEqual(plain);
  });

  it('of a token classifier are not taken for a head', async () => {
    const place = (tensors: Tensors, config: TeacherConfig) => {
      config.source['architectures'] = ['RobertaForTokenClassification'];
      for (const tensor of [...tensors.keys()])
        if (tensor.startsWith('classifier.')) tensors.delete(tensor);
      tensors.set('classifier.weight', zeros(3, 16)).set('classifier.bias', zeros(3));
    };
    expect((await placeChanged('roberta', place)).hasHead).toBe(false);
    const named = placeChanged('roberta', (tensors, config) => {
      place(tensors, config);
      config.source['architectures'] = ['RobertaForSequenceClassification'];
    });
    await expect(named).rejects.toThrow('"classifier.weight" is not part of a roberta classifier');
  });

  it('of an ELECTRA generator are refused with the reason', async () => {
    const generator = placeChanged('electra', (tensors) =>
      tensors.set('generator_predictions.dense.weight', zeros(1)),
    );
    await expect(generator).rejects.toThrow(
      '"generator_predictions.dense.weight" belongs to an ELECTRA generator, expected a discriminator',
    );
  });

  it('of tasks that ERNIE is told not to use are refused by name', async () => {
    const { tensors } = await openGolden('ernie');
    const { config } = await openGolden('ernie-plain');
    expect(() => placeWeights(tensors, config, { file: 'file', head: 'classifier' })).toThrow(
      '"ernie.embeddings.task_type_embeddings.weight" is not part of a ernie classifier',
    );
  });
});

describe('a head over the vocabulary', () => {
  const DECODERS = [
    ['bert-mlm', 'bert.embeddings.word_embeddings.weight', 'cls.predictions.decoder.weight'],
    [
      'distilbert/masked-lm',
      'distilbert.embeddings.word_embeddings.weight',
      'vocab_projector.weight',
    ],
    ['roberta/masked-lm', 'roberta.embeddings.word_embeddings.weight', 'lm_head.decoder.weight'],
    [
      'ernie/masked-lm',
      'ernie.embeddings.word_embeddings.weight',
      'cls.predictions.decoder.weight',
    ],
  ] as const;

  it.each(DECODERS)(
    'of %s may repeat the token table, and only repeat it',
    async (name, table, decoder) => {
      const plain = await placeChanged(name, () => {}, 'masked-lm');
      const repeated = await placeChanged(
        name,
        (tensors) => tensors.set(decoder, tensors.get(table)!),
        'masked-lm',
      );
      expect(repeated).toEqual(plain);
      const untie = (tensors: Tensors) => tensors.set(decoder, zeros(59, 16));
      await expect(placeChanged(name, untie, 'masked-lm')).rejects.toThrow(
        `"${decoder}" differs from "${table}", expected one tensor shared by both`,
      );
      const asClassifier = await placeChanged(name, untie);
      expect(asClassifier.hasMaskedLm).toBe(false);
      expect('mlm.bias' in asClassifier.parameters).toBe(false);
    },
  );

  it('may have its bias under the name of the decoder', async () => {
    const plain = await placeChanged('bert-mlm', () => {}, 'masked-lm');
    const moved = await placeChanged(
      'bert-mlm',
      (tensors) => {
        tensors.set('cls.predictions.decoder.bias', tensors.get('cls.predictions.bias')!);
        tensors.delete('cls.predictions.bias');
      },
      'masked-lm',
    );
    expect(moved).toEqual(plain);
  });

  it('that is not whole is refused by name; a classifier does without it', async () => {
    const cut = (tensors: Tensors) => tensors.delete('lm_head.layer_norm.bias');
    await expect(placeChanged('roberta/masked-lm', cut, 'masked-lm')).rejects.toThrow(
      '"lm_head.layer_norm.bias" is missing, expected shape [16]',
    );
    expect((await placeChanged('roberta/masked-lm', cut)).hasMaskedLm).toBe(false);
    const none = await placeChanged(
      'roberta/masked-lm',
      (tensors) => {
        for (const name of [...tensors.keys()])
          if (name.startsWith('lm_head')) tensors.delete(name);
      },
      'masked-lm',
    );
    expect(none.hasMaskedLm).toBe(false);
  });
});

describe('names and numbers of older files', () => {
  it('are read: gamma and beta of layer norms', async () => {
    const plain = await placeChanged('ernie', () => {});
    const old = await placeChanged('ernie', (tensors) => {
      for (const [name, tensor] of [...tensors]) {
        if (!name.includes('LayerNorm')) continue;
        tensors.delete(name);
        tensors.set(name.replace('.weight', '.gamma').replace('.bias', '.beta'), tensor);
      }
      expect(tensors.has('ernie.embeddings.LayerNorm.gamma')).toBe(true);
    });
    expect(old).toEqual(plain);
  });

  // Both keep the leading bits of a float32: bfloat16 7 of the fraction, float16 10.
  it.each([
    ['BF16', 2 ** -7, (bits: number) => bits >>> 16],
    ['F16', 2 ** -10, toFloat16],
  ] as const)('are read: %s', async (dtype, precision, convert) => {
    const exact = await placeChanged('electra', () => {});
    const short = await placeChanged('electra', (tensors) => {
      for (const [name, { shape, data }] of tensors) {
        const bits = new Uint32Array(new Uint8Array(data).buffer);
        const halves = Uint16Array.from(bits, convert);
        tensors.set(name, { dtype, shape, data: new Uint8Array(halves.buffer) });
      }
    });
    for (const [place, values] of Object.entries(exact.parameters)) {
      for (const [index, value] of values.entries()) {
        const error = Math.abs(short.parameters[place][index] - value);
        expect(error, place).toBeLessThanOrEqual(precision * Math.abs(value) + 2 ** -14);
      }
    }
  });

  it('are read from a file whose data are not aligned', async () => {
    await cp(goldenFolder('electra'), folder, { recursive: true });
    const path = join(folder, 'model.safetensors');
    const bytes = await readFile(path);
    const headerLength = Number(bytes.readBigUInt64LE(0));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(headerLength + 1));
    const header = bytes.subarray(8, 8 + headerLength);
    await writeFile(
      path,
      Buffer.concat([length, header, Buffer.from(' '), bytes.subarray(8 + headerLength)]),
    );
    const { tensors } = await readFolderTensors(folder);
    const moved = await placeChanged('electra', (own) => {
      for (const [name, tensor] of tensors) own.set(name, tensor);
    });
    expect(moved).toEqual(await placeChanged('electra', () => {}));
  });

  it('are refused where they are no floats', async () => {
    const name = 'electra.embeddings.LayerNorm.bias';
    const integers = placeChanged('electra', (tensors) => {
      tensors.set(name, { ...tensors.get(name)!, dtype: 'I32' });
    });
    await expect(integers).rejects.toThrow(`"${name}" is I32, expected F32, F16 or BF16`);
  });
});

/** The bits of a float32 as those of a float16, cut; below 2^-14 it is 0. */
function toFloat16(bits: number): number {
  const exponent = ((bits >>> 23) & 255) - 112;
  return ((bits >>> 16) & 0x8000) | (exponent <= 0 ? 0 : (exponent << 10) | ((bits >>> 13) & 1023));
}

describe('a written folder', () => {
  const extra = { fields: ['text'], maxTokens: 8, training: {}, metrics: {} };

  it.each(CLASSIFIERS)(
    'of %s has the same tensors, and an ONNX model with its inputs',
    async (name) => {
      const { config, tensors } = await openGolden(name);
      const { parameters } = placeWeights(tensors, config, { file: 'file', head: 'classifier' });
      await saveClassifier(folder, {
        config,
        head: { labels: ['a', 'b', 'c'], problemType: 'single_label_classification' },
        parameters,
        tokenizerFiles: {},
        extra: { ...extra, task: { kind: 'classes', classes: ['a', 'b', 'c'] } },
      });
      const { tensors: written } = await readFolderTensors(folder);
      expect([...written.keys()].sort()).toEqual([...tensors.keys()].sort());
      for (const [tensor, { data }] of tensors) expect(written.get(tensor)!.data).toEqual(data);
      const golden = readGolden(name).classifier!;
      const session = await OnnxSession.create(join(folder, 'model.onnx'), {});
      const withTypes = ['input_ids', 'attention_mask', 'token_type_ids'];
      const hasTypes = !['distilbert', 'roberta'].includes(name);
      expect([...session.inputNames].sort()).toEqual(withTypes.slice(0, hasTypes ? 3 : 2).sort());
      const feeds = session.inputNames.map((input) => [input, feedOf(golden.inputs[input])]);
      const results = await session.run(Object.fromEntries(feeds), ['logits']);
      expectNear(results['logits'].data, golden.logits.flat(), 1e-5);
      await session.release();
    },
  );

  it.each(['bert-mlm', 'distilbert/masked-lm', 'roberta/masked-lm', 'ernie/masked-lm'])(
    'of %s has the same tensors and architecture',
    async (name) => {
      const { config, tensors } = await openGolden(name);
      const { parameters } = placeWeights(tensors, config, { file: 'file', head: 'masked-lm' });
      const content = { config, parameters, tokenizerFiles: {} };
      const task = { kind: 'masked-lm' as const };
      await saveMaskedLanguageModel(folder, { ...content, extra: { ...extra, task } });
      const { tensors: written } = await readFolderTensors(folder);
      expect([...written.keys()].sort()).toEqual([...tensors.keys()].sort());
      for (const [tensor, { data }] of tensors) expect(written.get(tensor)!.data).toEqual(data);
      const description = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
      expect(description.architectures).toEqual(config.source['architectures']);
    },
  );
});

describe('token types', () => {
  it.each(['distilbert', 'roberta'])('are not read in %s', async (name) => {
    const { config, tensors } = await openGolden(name);
    const { encoder, numOutputs } = config;
    const { parameters } = placeWeights(tensors, config, { file: 'file', head: 'classifier' });
    const model = await openEncoderModel({ encoder, numOutputs, parameters, threads: 1 });
    const ids = Int32Array.of(2, 7, 9, 3, 8, 3);
    const offsets = Int32Array.of(0, 6);
    const score = (types: number[]) => {
      const typeIds = Uint8Array.from(types);
      return scoreTokens(model, { ids, typeIds, offsets, numRows: 1 }, { padId: 0 });
    };
    expect([...(await score([0, 0, 0, 0, 1, 1]))]).toEqual([...(await score([0, 0, 0, 0, 0, 0]))]);
    await model.release();
  });
});
