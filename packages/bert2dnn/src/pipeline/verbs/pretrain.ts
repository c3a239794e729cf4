// `pretrain`: an encoder learns the language of unlabelled texts by telling masked words, before it is fine-tuned.
import { openExamples } from '../../data/index.js';
import { pretrain } from '../../teacher/pretrain.js';
import { files, integer, number, requiredFiles, requiredPath } from '../options.js';
import { defineVerb } from '../verb.js';
import { columnsOf, FIELD_OPTIONS } from './columns.js';
import { LOOP_OPTIONS, TINY_OPTIONS } from './training-options.js';

export const pretrainVerb = defineVerb({
  name: 'pretrain',
  summary: 'Pretrain an encoder on unlabelled texts (masked words), as a start for finetune.',
  options: {
    input: requiredFiles('Unlabelled texts to learn from: files, globs or folders.'),
    model: requiredPath(
      'Hugging Face folder to go on from, or `tiny`: a small encoder from scratch, with a vocabulary learnt from the texts.',
      '<dir|tiny>',
    ),
    dev: files('Texts that choose the best epoch (default: a share of the input is held out).'),
    ...FIELD_OPTIONS,
    out: requiredPath('Folder of the encoder: the --model of finetune.', '<dir>'),
    epochs: integer(
      'Passes over the texts, each with new masks (default 1; 3 for tiny).',
      undefined,
    ),
    ...LOOP_OPTIONS,
    maxTokens: integer(
      'Longest sequence. Longer single texts become several rows, pairs are cut.',
      64,
      { min: 5, max: 512 },
    ),
    maskShare: number(
      'Share of the words of a row that are masked: more is learnt from a row, from less around.',
      0.15,
      { min: 0.01, max: 0.9 },
    ),
    devShare: number(
      'Share of the rows that is held out without --dev; never more than 4096 rows.',
      0.02,
      { min: 0, max: 0.5 },
    ),
    ...TINY_OPTIONS,
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ model, input, dev }) => [...(model === 'tiny' ? [] : [model]), ...input, ...dev],
  run: async (values, context) => {
    const { input, dev, layers, heads, vocabularySize, hiddenSize, ...options } = values;
    const columns = columnsOf(values);
    return pretrain({
      ...options,
      input: await openExamples(input, columns),
      dev: dev.length === 0 ? undefined : await openExamples(dev, columns),
      tiny: { vocabularySize, numLayers: layers, hiddenSize, numHeads: heads },
      ...context,
    });
  },
});
