// `score`: a teacher's logits for every row of the input, in shards that survive an interruption.
import { openExamples } from '../../data/index.js';
import { parseShardSelection } from '../../jobs/shard-plan.js';
import { PRECISIONS } from '../../teacher/quantized-model.js';
import { score } from '../../teacher/score.js';
import { choice, integer, requiredFiles, requiredPath, text } from '../options.js';
import { defineVerb } from '../verb.js';
import { columnsOf, FIELD_OPTIONS } from './columns.js';

export const scoreVerb = defineVerb({
  name: 'score',
  summary: 'Score texts with a teacher: logits in resumable shards.',
  options: {
    teacher: requiredPath('Teacher folder (safetensors or ONNX).', '<dir>'),
    input: requiredFiles('Texts to score: files, globs or folders.'),
    out: requiredPath('Folder of the scores.', '<dir>'),
    ...FIELD_OPTIONS,
    shard: text(
      'Only every N-th shard from the i-th: under a scheduler each process takes its own.',
      '<i/N>',
    ),
    shardRows: integer('Rows of a shard: the work that an interruption can lose.', 16_384),
    maxTokens: integer(
      'Longest sequence; longer texts are cut. Default: as the teacher was trained.',
      undefined,
      { min: 3, max: 512 },
    ),
    precision: choice(
      'int8: the 8-bit model of the folder, a quarter of the size and a little less exact. Its scores have a fingerprint of their own.',
      PRECISIONS,
      'f32',
    ),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ teacher, input }) => [teacher, ...input],
  run: async (values, context) =>
    score({
      // First, because it is checked at once and the input takes time.
      shard: values.shard === undefined ? undefined : parseShardSelection(values.shard),
      teacher: values.teacher,
      input: await openExamples(values.input, columnsOf(values)),
      out: values.out,
      shardRows: values.shardRows,
      maxTokens: values.maxTokens,
      precision: values.precision,
      threads: context.threads,
      progress: context.progress,
    }),
});
