// `finetune`: a Transformer teacher from a Hugging Face folder, or a small one from scratch, on labelled rows.
import { openExamples } from '../../data/index.js';
import { finetune } from '../../teacher/finetune.js';
import { integer, number, requiredFiles, requiredPath } from '../options.js';
import { defineVerb } from '../verb.js';
import { COLUMN_OPTIONS, columnsOf } from './columns.js';

export const finetuneVerb = defineVerb({
  name: 'finetune',
  summary: 'Fine-tune a teacher on labelled rows.',
  options: {
    model: requiredPath(
      'Hugging Face BERT folder, or `tiny`: a small encoder from scratch.',
      '<dir|tiny>',
    ),
    train: requiredFiles('Labelled rows to learn from.'),
    dev: requiredFiles('Labelled rows that choose the best epoch.'),
    ...COLUMN_OPTIONS,
    out: requiredPath('Folder of the teacher.', '<dir>'),
    epochs: integer('Passes over the rows (default 3; 8 for tiny).', undefined),
    batchSize: integer('Rows of a step.', undefined),
    learningRate: number('Peak of the learning rate (default 5e-5; 5e-4 for tiny).', undefined, {
      min: 0,
    }),
    maxTokens: integer('Longest sequence; longer texts are cut.', 64, { min: 3, max: 512 }),
    vocabularySize: integer(
      'tiny: size of the WordPiece vocabulary that is learnt from the rows.',
      4000,
    ),
    layers: integer('tiny: layers.', 2),
    hiddenSize: integer('tiny: width.', 128),
    heads: integer('tiny: attention heads.', 4),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ model, train, dev }) => [...(model === 'tiny' ? [] : [model]), ...train, ...dev],
  run: async (values, context) =>
    finetune({
      model: values.model,
      train: await openExamples(values.train, columnsOf(values), { label: true }),
      dev: await openExamples(values.dev, columnsOf(values), { label: true }),
      out: values.out,
      epochs: values.epochs,
      batchSize: values.batchSize,
      learningRate: values.learningRate,
      maxTokens: values.maxTokens,
      tiny: {
        vocabularySize: values.vocabularySize,
        numLayers: values.layers,
        hiddenSize: values.hiddenSize,
        numHeads: values.heads,
      },
      seed: context.seed,
      threads: context.threads,
      progress: context.progress,
    }),
});
