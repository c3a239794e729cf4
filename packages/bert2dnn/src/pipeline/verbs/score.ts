// `score`: a teacher's logits for every row of the input, in shards that survive an interruption.
import { openExamples } from '../../data/index.js';
import { Bert2dnnError } from '../../foundation/errors.js';
import { parseQueueUrl } from '../../jobs/queue-address.js';
import { parseShardSelection } from '../../jobs/shard-plan.js';
import { fetchFiles } from '../../store/index.js';
import { POOLINGS, type Pooling } from '../../teacher/embedding.js';
import { FAILED_ROW_POLICIES } from '../../teacher/failed-rows.js';
import { PRECISIONS } from '../../teacher/quantized-model.js';
import { score } from '../../teacher/score.js';
import type { EmbeddingOptions } from '../../teacher/teacher.js';
import {
  choice,
  integer,
  number,
  numberOr,
  orStored,
  requiredFiles,
  requiredPath,
  text,
  toggle,
} from '../options.js';
import { scoreOnQueue } from '../queue-score.js';
import { defineVerb } from '../verb.js';
import { columnsOf, FIELD_OPTIONS } from './columns.js';

export const scoreVerb = defineVerb({
  name: 'score',
  summary: 'Score texts with a teacher: logits in resumable shards.',
  options: {
    teacher: requiredPath(
      "Teacher: a folder (safetensors or ONNX), a student's folder, or the JSON file that describes an HTTP endpoint.",
      '<path>',
    ),
    input: orStored(
      requiredFiles('Texts to score: files, globs or folders, also s3://bucket/folder/*.parquet.'),
    ),
    out: orStored(requiredPath('Folder of the scores, also s3://bucket/folder.', '<dir>')),
    ...FIELD_OPTIONS,
    shard: text(
      'Only every N-th shard from the i-th: under a scheduler each process takes its own.',
      '<i/N>',
    ),
    queue: text(
      'Leave the scoring to the workers of this queue (`bert2dnn worker`); all see the same folders under the same paths.',
      '<redis://host:port>',
    ),
    shardRows: numberOr(
      'Rows of a shard: the work that an interruption can lose. auto: about a minute of work, by the size of the teacher and the length of the first 1,000 rows; the same in every process.',
      'auto',
      'auto',
    ),
    processes: numberOr(
      'Processes that score side by side, a model each; they share the threads. More pairs a second than threads of one process, at the memory of a model each. auto: one a thread where there is work and memory for it.',
      'auto',
      'auto',
    ),
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
    int8Check: choice(
      'Whether --precision int8 first compares 1,000 rows with float32 and refuses to go on if they are too far apart. It is done once a folder; off suits workers of one job.',
      ['on', 'off'],
      'on',
    ),
    int8MinAuc: number("Lowest AUC of int8 against float32's decisions.", 0.999, {
      min: 0.5,
      max: 1,
    }),
    int8MaxDifference: number('Largest mean difference of their probabilities.', 0.01, {
      min: 0,
      max: 1,
    }),
    forceInt8: toggle('Scores in int8 beyond these limits.'),
    onnxFile: text(
      'An ONNX file of the teacher folder, by its name there or in onnx/, in place of the model that would be taken.',
      '<file>',
    ),
    embeddings: toggle(
      'Writes a vector a row, column embedding, beside the logits; alone where the teacher has no head.',
    ),
    embeddingsOnly: toggle('Writes the vectors and no logits.'),
    pooling: choice(
      "How the vectors of the tokens become one: their mean (the default, unless an ONNX model pools by itself) or the first token's.",
      POOLINGS,
      undefined,
    ),
    failedRows: choice(
      'A row that the teacher fails on even alone (no finite number, a refused run): fail stops and names it; skip leaves its logits empty and lists it in failed-rows.tsv.',
      FAILED_ROW_POLICIES,
      'fail',
    ),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ teacher, input }) => [teacher, ...input],
  async run(values, context) {
    // First, because these are checked at once and the input takes time.
    const shard = values.shard === undefined ? undefined : parseShardSelection(values.shard);
    const { queue } = values;
    if (queue !== undefined) parseQueueUrl(queue);
    if (queue !== undefined && shard !== undefined) {
      throw new Bert2dnnError('USAGE', '--queue and --shard: got both, expected one of them');
    }
    const { paths, uris } = await fetchFiles(values.input);
    const options = {
      teacher: values.teacher,
      out: values.out,
      shardRows: wholeNumber('--shard-rows', values.shardRows),
      maxTokens: values.maxTokens,
      precision: values.precision,
      int8: {
        check: values.int8Check,
        minAuc: values.int8MinAuc,
        maxDifference: values.int8MaxDifference,
        force: values.forceInt8,
      },
      onnxFile: values.onnxFile,
      embeddings: embeddingsOf(values),
      failedRows: values.failedRows,
      threads: context.threads,
      progress: context.progress,
      input: await openExamples(paths, columnsOf(values)),
      inputUris: uris,
    };
    if (queue !== undefined) return scoreOnQueue({ ...options, queue });
    return score({ ...options, shard, processes: wholeNumber('--processes', values.processes) });
  },
});

function wholeNumber(flag: string, value: number | 'auto'): number | 'auto' {
  if (value === 'auto' || (Number.isSafeInteger(value) && value >= 1)) return value;
  throw new Bert2dnnError(
    'USAGE',
    `${flag}: got ${value}, expected a whole number of at least 1, or auto`,
  );
}

function embeddingsOf(values: {
  embeddings: boolean;
  embeddingsOnly: boolean;
  pooling: Pooling | undefined;
}): EmbeddingOptions | undefined {
  const { embeddings, embeddingsOnly: only, pooling } = values;
  if (embeddings || only) return { pooling, only };
  if (pooling === undefined) return undefined;
  throw new Bert2dnnError(
    'USAGE',
    `--pooling: got ${pooling} without --embeddings, expected both or neither`,
  );
}
