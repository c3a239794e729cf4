// `finetune`: a Transformer teacher from a Hugging Face folder, or a small one from scratch, on labelled rows.
import { openExamples } from '../../data/index.js';
import { SELECTION_RULES } from '../../teacher/epoch-choice.js';
import { finetune } from '../../teacher/finetune.js';
import { HEAD_RULES } from '../../teacher/head-choice.js';
import { choice, integer, number, numberMapOr, requiredFiles, requiredPath } from '../options.js';
import { defineVerb } from '../verb.js';
import { COLUMN_OPTIONS, columnsOf, TRAINING_COLUMN_OPTIONS } from './columns.js';
import { LOOP_OPTIONS, TINY_OPTIONS } from './training-options.js';

/** How the weights move, and when it ends. */
const TRAINING_OPTIONS = {
  epochs: integer('Passes over the rows (default 3; 8 for tiny).', undefined),
  ...LOOP_OPTIONS,
  layerDecay: number(
    "A layer's rate as a share of that of the layer above it; below 1 the lower layers keep more of what they know.",
    1,
    { min: 0.01, max: 1 },
  ),
  dropout: number("Dropout while training (default: the model's own rates).", undefined, {
    min: 0,
    max: 0.9,
  }),
  classWeight: numberMapOr(
    'How much each class counts: balanced, or by name; grades have the classes negative and positive.',
    'balanced',
  ),
  head: choice(
    "Train on the model's head where it fits the labels, or begin with a new one.",
    HEAD_RULES,
    'keep',
  ),
  selectBy: choice(
    'Dev metric that chooses the epoch; auto: AUC, or accuracy where there is none.',
    SELECTION_RULES,
    'auto',
  ),
};

export const finetuneVerb = defineVerb({
  name: 'finetune',
  summary: 'Fine-tune a teacher on labelled rows.',
  options: {
    model: requiredPath(
      'Hugging Face folder of a BERT-shaped model, or `tiny`: a small encoder from scratch.',
      '<dir|tiny>',
    ),
    train: requiredFiles('Labelled rows to learn from.'),
    dev: requiredFiles('Labelled rows that choose the best epoch.'),
    ...COLUMN_OPTIONS,
    ...TRAINING_COLUMN_OPTIONS,
    out: requiredPath('Folder of the teacher.', '<dir>'),
    maxTokens: integer('Longest sequence; longer texts are cut.', 64, { min: 3, max: 512 }),
    ...TRAINING_OPTIONS,
    ...TINY_OPTIONS,
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ model, train, dev }) => [...(model === 'tiny' ? [] : [model]), ...train, ...dev],
  run: async (values, context) => {
    const { train, dev, layers, heads, vocabularySize, hiddenSize, classWeight, ...options } =
      values;
    const devColumns = columnsOf({ ...values, weight: undefined });
    return finetune({
      ...options,
      train: await openExamples(train, columnsOf(values), { label: true }),
      dev: await openExamples(dev, devColumns, { label: true }),
      classWeights: classWeight,
      tiny: { vocabularySize, numLayers: layers, hiddenSize, numHeads: heads },
      ...context,
    });
  },
});
