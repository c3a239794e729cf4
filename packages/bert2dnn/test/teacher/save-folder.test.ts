// Saved folders hold what Hugging Face's tools expect, under the names that they expect.
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '@bert2dnn/student';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelFolder } from '../../src/teacher/model-folder.js';
import { initializeParameter, maskedLanguageModelShapes } from '../../src/teacher/parameters.js';
import { isTeacherFolder, saveMaskedLanguageModel } from '../../src/teacher/save-folder.js';

const GOLDEN = fileURLToPath(new URL('../golden', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'saved-')), 'encoder');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

async function saveMasked(family: string): Promise<void> {
  const { config, tokenizerFiles, weights } = await openModelFolder(join(GOLDEN, family));
  const parameters = { ...weights.parameters };
  for (const [place, shape] of maskedLanguageModelShapes(config.encoder)) {
    parameters[place] ??= initializeParameter(place, shape, { seed: 1, deviation: 0.02 });
  }
  await saveMaskedLanguageModel(folder, {
    config,
    parameters,
    tokenizerFiles,
    extra: {
      fields: ['text'],
      maxTokens: 12,
      task: { kind: 'masked-lm' },
      training: {},
      metrics: {},
    },
  });
}

describe('a masked language model', () => {
  it.each([
    ['families/bert-mlm', 'BertForMaskedLM', 'cls.predictions.transform.dense.weight'],
    ['families/distilbert', 'DistilBertForMaskedLM', 'vocab_transform.weight'],
    ['families/roberta', 'RobertaForMaskedLM', 'lm_head.dense.weight'],
    ['families/ernie', 'ErnieForMaskedLM', 'cls.predictions.transform.dense.weight'],
  ])('of %s is saved whole and opens again', async (family, architecture, headTensor) => {
    await saveMasked(family);
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(['README.md', 'bert2dnn.json', 'config.json', 'model.safetensors']),
    );
    expect(await readdir(folder)).not.toContain('model.onnx');
    const description = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as object;
    expect(description).toMatchObject({ architectures: [architecture], dtype: 'float32' });
    expect(description).not.toHaveProperty('id2label');
    const { tensors } = readSafetensors(await readFile(join(folder, 'model.safetensors')));
    expect([...tensors.keys()]).toContain(headTensor);
    const { weights, config } = await openModelFolder(folder, { head: 'masked-lm' });
    expect([weights.hasMaskedLm, weights.hasHead]).toEqual([true, false]);
    const source = await openModelFolder(join(GOLDEN, family));
    for (const place of maskedLanguageModelShapes(config.encoder).keys()) {
      if (place in source.weights.parameters)
        expect(weights.parameters[place]).toEqual(source.weights.parameters[place]);
    }
  });

  it('is refused for a family that is not trained by masking, before anything is written', async () => {
    await expect(saveMasked('families/electra')).rejects.toMatchObject({ code: 'TEACHER_INVALID' });
    expect(await readdir(join(folder, '..'))).toEqual([]);
  });

  it('replaces a classifier of ours, not a model made elsewhere', async () => {
    await saveMasked('families/bert-mlm');
    await saveMasked('families/bert-mlm');
    expect(await isTeacherFolder(await readdir(folder), folder)).toBe(true);
    await rm(join(folder, 'bert2dnn.json'));
    await expect(saveMasked('families/bert-mlm')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    await rm(folder, { recursive: true });
    await cp(join(GOLDEN, 'families/bert-mlm'), folder, { recursive: true });
    await expect(saveMasked('families/bert-mlm')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });
});
