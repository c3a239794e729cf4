// An open scoring: one loaded teacher, the plan of its shards, and each shard on demand.
// Which shards a process does, and in which order, is its caller's matter.
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import { fingerprintFile, fingerprintJson, type Json } from '../foundation/fingerprint.js';
import type { Progress } from '../foundation/progress.js';
import { type PlannedShard, planShards } from '../jobs/shard-plan.js';
import { type FinishedShard, type ProducedShard, ShardFolder } from '../jobs/shard-runner.js';
import { type OutputFolder, openOutputFolder } from '../store/index.js';
import { readUnfinishedTexts } from './endpoint/unfinished-texts.js';
import { FAILED_ROWS_FILE, type FailedRowPolicy } from './failed-rows.js';
import type { Int8Agreement } from './int8-agreement.js';
import { CHECK_FILE, checkInt8, type Int8Options } from './int8-check.js';
import type { Precision } from './quantized-model.js';
import {
  describeTeacher,
  MANIFEST_FILE,
  QUEUE_MARK_FILE,
  SCORES_FORMAT,
  SCORES_VERSION,
  type ScoredInput,
  type ScoredTeacher,
  writeScoresManifest,
} from './scores-manifest.js';
import { scoreShard } from './shard-scorer.js';
import { COUNTED_ROWS, chooseShardRows } from './shard-size.js';
import { readTexts } from './shard-texts.js';
import { type EmbeddingOptions, loadTeacher, type Teacher } from './teacher.js';

/** Options of `openScoring`. */
export interface ScoringOptions {
  /** Teacher folder, or the JSON file of an endpoint. */
  teacher: string;
  /** What to score; labels are not read. */
  input: ExampleSet;
  /** How the manifest names input files that are copies, by their paths: the URIs that they were fetched from. */
  inputUris?: ReadonlyMap<string, string>;
  /** Folder of the scores; `s3://bucket/folder` for one in an object store. */
  out: string;
  /**
   * Rows a shard: what a killed process loses at most. All processes must agree. Default `auto`: about a minute of work
   * by the size of the teacher and the length of the first rows, see `chooseShardRows`.
   */
  shardRows?: number | 'auto';
  /** Tokens of a row at most. Default: as the teacher was trained. */
  maxTokens?: number;
  /** Threads inside one operation. Default 1. */
  threads?: number;
  /** Numbers to compute with, see `loadTeacher`. Default `f32`. */
  precision?: Precision;
  /** What is checked before a scoring in int8. */
  int8?: Int8Options;
  /** An ONNX file of the folder in place of the model that would be taken. */
  onnxFile?: string;
  /** Vectors beside the logits, or in their place. */
  embeddings?: EmbeddingOptions;
  /** What to do with a row that the teacher fails on even alone. Default `fail`. */
  failedRows?: FailedRowPolicy;
  /** Scores finished shards again. */
  force?: boolean;
  /** Called after each batch with its rows and tokens. */
  onScored?: (numRows: number, numTokens: number) => void;
  /** Called for each shard that was found finished, with its rows. */
  onReused?: (numRows: number) => void;
  /** Called with a line for people. */
  onNote?: (message: string) => void;
}

/** A scoring that is open: shards may be asked for in any order, one at a time. */
export interface Scoring {
  /** Every shard of the job, the same in all processes that were given the same input and options. */
  readonly plan: readonly PlannedShard[];
  /** Where the shards are, as other processes see them too. */
  readonly folder: OutputFolder;
  readonly numOutputs: number;
  /** Width of a row's vector, where vectors were asked for. */
  readonly embeddingSize: number | undefined;
  readonly teacher: ScoredTeacher;
  /** Learnt numbers of the teacher's layers, where they are known. */
  readonly numParameters: number | undefined;
  /** How int8 does beside float32, where it was compared. */
  readonly int8: Int8Agreement | undefined;
  /**
   * With an endpoint: notes what shards that are not finished will cost. Else nothing.
   * @throws Bert2dnnError ENDPOINT_BUDGET if it is beyond the budget; ENDPOINT_FAILED if the key is not set.
   */
  preview(shards: readonly PlannedShard[], progress: Progress): Promise<void>;
  /**
   * Finds a finished shard or scores it.
   * @throws Bert2dnnError NOT_FINITE for a row that the teacher fails on, DISK_FULL, FILE_CORRUPT; RangeError for an
   *   index outside the plan.
   */
  scoreShard(index: number): Promise<FinishedShard>;
  /**
   * Writes the manifest, and the list of failed rows, if every shard of the plan is finished, by any process; says
   * whether it is so.
   */
  finish(): Promise<boolean>;
  /** Shards that this process scored and those that it found done; rows of the former that have no scores. */
  counts(): { numProduced: number; numReused: number; numFailedRows: number };
  /** Frees the teacher. */
  close(): Promise<void>;
}

/**
 * Loads the teacher and plans the shards.
 * @example
 * const scoring = await openScoring({ teacher: 'teacher', input: await openExamples(['rows']), out: 'scores' });
 * for (const { index } of scoring.plan) await scoring.scoreShard(index);
 * await scoring.finish();
 * await scoring.close();
 * @throws Bert2dnnError TEACHER_INVALID and kin from the folder or where int8 is too far from float32, COLUMN_MISSING for
 *   a field that the teacher needs, USAGE for options that exclude each other.
 */
export async function openScoring(options: ScoringOptions): Promise<Scoring> {
  // First, because a wrong place is found at once and the teacher takes time.
  const folder = await openOutputFolder(options.out, isScoringFile);
  try {
    return await openScoringIn(folder, options);
  } catch (error) {
    folder.close();
    throw error;
  }
}

async function openScoringIn(folder: OutputFolder, options: ScoringOptions): Promise<Scoring> {
  const { input } = options;
  const fields = Object.keys(input.fields);
  const teacher = await loadTeacher(options.teacher, { ...pickTeacherOptions(options), fields });
  try {
    const fieldOrder = orderFields(teacher, input);
    const inputs = await describeInputs(options);
    const plan = await planScoring(options, { folder, teacher, fieldOrder, inputs });
    const parts = { folder, teacher, fieldOrder, inputs, plan };
    return startScoring(options, { ...parts, int8: await compareInt8(options, parts) });
  } catch (error) {
    await teacher.release();
    throw error;
  }
}

/** The files that a scoring writes into its folder. */
function isScoringFile(name: string): boolean {
  const others = [MANIFEST_FILE, FAILED_ROWS_FILE, CHECK_FILE, QUEUE_MARK_FILE];
  return others.includes(name) || /^scores-\d+-[0-9a-f]{16}\.parquet(\.json)?$/.test(name);
}

function pickTeacherOptions({
  threads,
  maxTokens,
  precision,
  onnxFile,
  embeddings,
}: ScoringOptions) {
  return { threads, maxTokens, precision, onnxFile, embeddings };
}

interface ScoringParts {
  folder: OutputFolder;
  teacher: Teacher;
  /** For each field of the teacher, its index among the fields of the input. */
  fieldOrder: readonly number[];
  inputs: readonly ScoredInput[];
  plan: readonly PlannedShard[];
  int8: Int8Agreement | undefined;
}

type UnplannedParts = Omit<ScoringParts, 'plan' | 'int8'>;

function startScoring(options: ScoringOptions, parts: ScoringParts): Scoring {
  const { folder, teacher, plan, int8, fieldOrder } = parts;
  const { force, onReused } = options;
  let numFailedRows = 0;
  const produce = async (shard: PlannedShard, path: string): Promise<ProducedShard> => {
    const failed = await scoreShard({ ...options, teacher, fieldOrder }, shard, path);
    numFailedRows += failed.length;
    return { numFailedRows: failed.length };
  };
  const shards = new ShardFolder({ folder, plan, force, produce });
  return {
    plan,
    folder,
    numOutputs: teacher.numOutputs,
    embeddingSize: teacher.embeddingSize,
    teacher: describeTeacher(teacher),
    numParameters: teacher.numParameters,
    int8,
    async preview(wanted, progress) {
      const unfinished = { ...options, ...parts, shards: wanted };
      await teacher.preview?.(readUnfinishedTexts(unfinished), progress);
    },
    async scoreShard(index) {
      const { numReused } = shards;
      const finished = await shards.finish(index);
      if (shards.numReused > numReused) onReused?.(finished.numRows);
      return finished;
    },
    async finish() {
      const { finished, complete } = await shards.collect();
      if (complete) await writeScoresManifest(folder, { ...parts, finished });
      return complete;
    },
    counts() {
      const { numProduced, numReused } = shards;
      return { numProduced, numReused, numFailedRows };
    },
    async close() {
      folder.close();
      await teacher.release();
    },
  };
}

async function compareInt8(
  { input, threads, precision, int8, onNote }: ScoringOptions,
  parts: UnplannedParts,
): Promise<Int8Agreement | undefined> {
  if (precision !== 'int8') return undefined;
  const { folder, teacher, fieldOrder } = parts;
  const key = fingerprintJson(identityOf(input, parts));
  return checkInt8({ ...int8, teacher, key, input, fieldOrder, folder, threads, onNote });
}

function orderFields(teacher: Teacher, input: ExampleSet): number[] {
  const given = Object.keys(input.fields);
  return teacher.fields.map((field) => {
    const index = given.indexOf(field);
    if (index >= 0) return index;
    const nearest = findNearestName(field, given);
    throw new Bert2dnnError(
      'COLUMN_MISSING',
      `${input.files[0]}: the teacher reads the field "${field}", the input has ${given.join(', ')}`,
      { hint: `Map it with --fields ${field}=${nearest ?? 'COLUMN'}.` },
    );
  });
}

async function describeInputs({ input, inputUris }: ScoringOptions): Promise<ScoredInput[]> {
  const inputs: ScoredInput[] = [];
  for (const { path, numRows } of input.parts) {
    const name = inputUris?.get(path) ?? path;
    inputs.push({ path: name, fingerprint: await fingerprintFile(path), numRows });
  }
  return inputs;
}

async function planScoring(
  { input, shardRows = 'auto' }: ScoringOptions,
  parts: UnplannedParts,
): Promise<PlannedShard[]> {
  return planShards({
    numRows: input.numRows,
    shardRows: shardRows === 'auto' ? await measureShardRows(input, parts) : shardRows,
    prefix: 'scores',
    extension: '.parquet',
    key: identityOf(input, parts),
  });
}

/** What decides the scores of a row. */
function identityOf(input: ExampleSet, { teacher, inputs }: UnplannedParts): Json {
  return {
    format: SCORES_FORMAT,
    version: SCORES_VERSION,
    teacher: teacher.fingerprint,
    maxTokens: teacher.maxTokens,
    columns: teacher.fields.map((field) => input.fields[field]),
    inputs: inputs.map(({ fingerprint, numRows }) => [fingerprint, numRows]),
    // Which rows of the files are there at all: without bad rows all, as always.
    rows: input.badRows && { badRows: input.badRows.policy, maxText: input.maxTextCharacters },
  };
}

async function measureShardRows(
  input: ExampleSet,
  { teacher, fieldOrder }: UnplannedParts,
): Promise<number> {
  const texts = await readTexts({ input, fieldOrder }, { start: 0, count: COUNTED_ROWS });
  const numTokens = teacher.countTokens?.(texts) ?? new Int32Array(1);
  const meanTokens = numTokens.reduce((sum, count) => sum + count, 0) / numTokens.length;
  return chooseShardRows({ ...teacher, meanTokens });
}
