// The options of `distill` that say how a student is trained towards its labels: losses, rates, regularisation.
import { OPTIMIZERS } from '../../distill/layer-optimizer.js';
import { RANKINGS } from '../../distill/ranking-loss.js';
import { SCHEDULES } from '../../teacher/loop-settings.js';
import { choice, number, numberMapOr, numberOr, text } from '../options.js';

/** Losses and how rows count. */
const LOSS_OPTIONS = {
  loss: text('soft-cross-entropy (the default) or margin-mse.', '<name>'),
  hardShare: number('Share of the loss on hard labels, on rows that have one.', undefined, {
    min: 0,
    max: 1,
  }),
  ranking: choice(
    'Loss that compares the rows of a group (--group, or the field `query`) beside that of single rows (default: none).',
    RANKINGS,
    undefined,
  ),
  rankingShare: number(
    'Share of the ranking loss (default 0.5); with 1 scores are an order and no probabilities.',
    undefined,
    { min: 0, max: 1 },
  ),
  rankingTemperature: number(
    'listwise: larger lets the lower rows of a group speak (default 1).',
    undefined,
    { min: 0 },
  ),
  weight: text(
    'Column of how much a row counts, 0 or more; the loss is the weighted mean. Dev rows count the same.',
    '<column>',
  ),
  classWeight: numberMapOr(
    'How much each class counts: balanced, or by name; grades have the classes negative and positive.',
    'balanced',
  ),
};

/** How the numbers move. */
const RATE_OPTIONS = {
  learningRate: numberOr(
    "Rate of the layers; auto: the preset's or what learns faster on the first batches, the tables' in proportion (default: the preset's).",
    'auto',
    undefined,
  ),
  embeddingLearningRate: number("Adagrad's rate for the tables.", undefined, { min: 0 }),
  initialAccumulator: number(
    "Start of Adagrad's accumulators; larger keeps the first steps small.",
    undefined,
    { min: 0 },
  ),
  tableStart: number(
    "First values of the n-grams' tables, as a share of the usual scale; smaller is less noise of rare n-grams (default: the preset's).",
    undefined,
    { min: 0 },
  ),
  optimizer: choice('Of the layers; the tables have Adagrad.', OPTIMIZERS, 'adagrad'),
  schedule: choice(
    'How the rates go on after their warm-up: down to 0 in a line or along half a cosine, or not at all.',
    SCHEDULES,
    'constant',
  ),
  warmupShare: number('Share of the training over which the rates rise.', 0, { min: 0, max: 0.99 }),
};

/** What keeps a student from learning by heart. */
const REGULARISATION_OPTIONS = {
  dropout: number('Dropout of the hidden layers.', 0, { min: 0, max: 0.9 }),
  inputDropout: number("Dropout of the numbers of the blocks' vectors.", 0, { min: 0, max: 0.9 }),
  weightDecay: number("Decay of the layers' weights, times their rate.", 0, { min: 0 }),
  tableDecay: number('Decay of the table rows that a batch touches, times their rate.', 0, {
    min: 0,
  }),
};

/** All of them. */
export const STUDENT_TRAINING_OPTIONS = {
  ...LOSS_OPTIONS,
  ...RATE_OPTIONS,
  ...REGULARISATION_OPTIONS,
};
