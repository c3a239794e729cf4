// `distill`: a student from texts and soft labels (or a label column).
import { MATCH_FAMILIES, PRECISIONS } from '@bert2dnn/student';
import { openExamples } from '../../data/index.js';
import { distill } from '../../distill/distill.js';
import { VOCABULARY_CRITERIA } from '../../distill/token-choice.js';
import { fetchFiles, fetchFolder } from '../../store/index.js';
import {
  byteSize,
  choice,
  files,
  integer,
  integers,
  list,
  number,
  optionalPath,
  orStored,
  requiredFiles,
  requiredPath,
  text,
  toggle,
} from '../options.js';
import { defineVerb } from '../verb.js';
import { COLUMN_OPTIONS, columnsOf } from './columns.js';
import { STUDENT_TRAINING_OPTIONS } from './student-training-options.js';

export const distillVerb = defineVerb({
  name: 'distill',
  summary: 'Train an n-gram student on soft labels.',
  options: {
    input: orStored(
      requiredFiles('Texts to learn from: the transfer set; also s3://bucket/folder/*.parquet.'),
    ),
    labels: orStored(
      optionalPath(
        "Folder of soft labels from `stack` (default: the input's label column).",
        '<dir>',
      ),
    ),
    dev: orStored(
      files('Labelled rows that choose the best epoch (default: the last epoch is kept).'),
    ),
    devLabels: optionalPath(
      'Folder of soft labels of the dev rows, for agreement with the teacher (Pearson of logits).',
      '<dir>',
    ),
    ...COLUMN_OPTIONS,
    start: optionalPath(
      'Student to go on from; its structure and vocabularies are kept (default: a new one).',
      '<dir>',
    ),
    out: requiredPath('Folder of the student.', '<dir>'),
    preset: text(
      'paper, bag, pair or tower (default: pair for two or more fields, else bag).',
      '<name>',
    ),
    epochs: integer("Passes over the texts (default: the preset's).", undefined),
    evalEvery: integer('Steps between dev figures, beside those of each epoch; 0 = none.', 0, {
      min: 0,
    }),
    patience: integer('Stop after so many dev figures without a better one; 0 = never.', 0, {
      min: 0,
    }),
    batchSize: integer('Examples of a step; larger is faster and less exact.', undefined),
    ...STUDENT_TRAINING_OPTIONS,
    temperature: number(
      'Temperature of the soft labels, for the stored calibration (default: what --labels says).',
      undefined,
      { min: 0 },
    ),
    vocabularySize: integer('Most n-grams in a vocabulary (default 150,000).', undefined),
    minCount: integer('Occurrences that an n-gram needs.', undefined),
    vocabularyBy: choice(
      'n-grams of a vocabulary: the most frequent, or those whose presence tells most of the soft label.',
      VOCABULARY_CRITERIA,
      'frequency',
    ),
    ngrams: integer('Longest n-gram (default 2).', undefined, { min: 1, max: 3 }),
    embeddingSize: integer("Width of a block's vector (default 64).", undefined),
    hiddenLayers: integers('Widths of the layers (default 256,64; of paper 1024,512,128,64).'),
    crossSize: integer('pair: buckets of crossed words (default 65,536).', undefined),
    matchSize: integer('pair: rows of match features (default 32,768).', undefined),
    quantities: choice(
      'Give numbers and units one spelling (default: on for pair and tower).',
      ['on', 'off'],
      undefined,
    ),
    matchFamilies: list(
      `pair: more match features: ${MATCH_FAMILIES.join(', ')}; or none (default: all).`,
      '<name,...>',
    ),
    characterSize: integer('pair: buckets of character n-grams (default 0: none).', undefined, {
      min: 0,
    }),
    shareTables: toggle('pair: one table of n-grams for all fields; tower always has one.'),
    maxSize: byteSize(
      'Most bytes of the folder, such as 2MB: int8, fewer n-grams, narrower vectors and layers, as far as needed.',
    ),
    precision: choice(
      'How tables and weights are stored (default: float32; int8 where --max-size is too small for that, which leaves room for more n-grams and wider layers).',
      PRECISIONS,
      undefined,
    ),
    prune: choice(
      'Leave out n-grams that only rows have that are not trained on, without soft label or of weight 0.',
      ['on', 'off'],
      'on',
    ),
    windowSize: integer(
      'MiB of features that are shuffled together; two such windows are in memory.',
      128,
    ),
    cache: optionalPath(
      'Folder for features that stays, so that later trainings on the same texts need no text work (default: one beside --out that goes).',
      '<dir>',
    ),
    checkpointSeconds: number(
      'Least seconds between checkpoints, from which a broken off run goes on.',
      60,
      { min: 0 },
    ),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ input, labels, dev, devLabels, start }) => [
    ...input,
    ...[labels, devLabels, start].filter((path) => path !== undefined),
    ...dev,
  ],
  async run(values, context) {
    const {
      input,
      dev,
      labels,
      text: _text,
      fields: _fields,
      label: _label,
      group: _group,
      weight: _weight,
      classWeight: classWeights,
      classes: _classes,
      labelRange: _range,
      quantities,
      matchFamilies,
      shareTables,
      prune,
      ...settings
    } = values;
    const columns = columnsOf(values);
    const devColumns = columnsOf({ ...values, weight: undefined });
    const { paths } = await fetchFiles(input);
    const devFiles = await fetchFiles(dev);
    return distill({
      ...settings,
      classWeights,
      prune: prune === 'on',
      quantities: quantities === undefined ? undefined : quantities === 'on',
      // Not given is the preset's default, not false.
      shareTables: shareTables || undefined,
      matchFamilies: matchFamilies?.filter((name) => name !== 'none'),
      labels: labels === undefined ? undefined : await fetchFolder(labels),
      input: await openExamples(paths, columns, { label: labelNeed(values) }),
      dev:
        dev.length === 0
          ? undefined
          : await openExamples(devFiles.paths, devColumns, { label: true }),
      seed: context.seed,
      threads: context.threads,
      progress: context.progress,
    });
  },
});

/** Without soft labels the label column is what is learnt; with them it only serves the hard share. */
function labelNeed(values: {
  labels?: string;
  hardShare?: number;
}): true | 'where-present' | undefined {
  if (values.labels === undefined) return true;
  return values.hardShare ? 'where-present' : undefined;
}
