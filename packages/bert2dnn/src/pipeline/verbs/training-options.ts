// The options that every verb shares that trains an encoder: how the weights move, when it ends, sizes of a new model.
import { SCHEDULES } from '../../teacher/loop-settings.js';
import { choice, integer, number } from '../options.js';

/** Options of the training loop; passes and peak rate have defaults of each verb's own. */
export const LOOP_OPTIONS = {
  batchSize: integer('Rows that are computed at once (default 32).', undefined),
  accumulate: integer(
    'Batches of one update: 4 x 8 rows give the update of 32 rows in the memory of 8, and take longer.',
    1,
  ),
  learningRate: number('Peak of the learning rate (default 5e-5; 5e-4 for tiny).', undefined, {
    min: 0,
  }),
  schedule: choice(
    'How the rate goes on after its warm-up: down to 0 in a line or along half a cosine, or not at all.',
    SCHEDULES,
    'linear',
  ),
  warmupShare: number('Share of the updates over which the rate rises.', 0.06, { min: 0, max: 1 }),
  weightDecay: number('Decay of the weights, times the rate; biases and norms have none.', 0.01, {
    min: 0,
  }),
  clipNorm: number('Largest norm of all gradients together; 0 = no limit.', 1, { min: 0 }),
  patience: integer('Stop after so many epochs without a better one; 0 = never.', 0, { min: 0 }),
  checkpointSteps: integer(
    'Updates between checkpoints, from which a broken off run goes on; 0 = none.',
    500,
    { min: 0 },
  ),
};

/** Sizes of a new model. */
export const TINY_OPTIONS = {
  vocabularySize: integer(
    'tiny: size of the WordPiece vocabulary that is learnt from the texts.',
    4000,
  ),
  layers: integer('tiny: layers.', 2),
  hiddenSize: integer('tiny: width.', 128),
  heads: integer('tiny: attention heads.', 4),
};
