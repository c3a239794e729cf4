// Scoring: a teacher over an example set, into a folder of Parquet shards with one manifest.
// Any number of processes may work on one folder; a killed one is run again and goes on.
import { join } from 'node:path';
import { type ExampleSet, type ParquetColumn, ParquetWriter, readExamples } from '../data/index.js';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import { writeJsonAtomically } from '../foundation/files.js';
import { fingerprintFile } from '../foundation/fingerprint.js';
import { type Progress, type ProgressTask, SILENT } from '../foundation/progress.js';
import {
  type PlannedShard,
  planShards,
  type ShardSelection,
  selectShards,
} from '../jobs/shard-plan.js';
import { runShards, type ShardRunResult } from '../jobs/shard-runner.js';
import type { Precision } from './quantized-model.js';
import { loadTeacher, type Teacher } from './teacher.js';

/** Options of `score`. */
export interface ScoreOptions {
  /** Teacher folder. */
  teacher: string;
  /** What to score; labels are not read. */
  input: ExampleSet;
  /** Folder of the scores. */
  out: string;
  /** The part of the shards that this process does. Default: all. */
  shard?: ShardSelection;
  /** Rows a shard: what a killed process loses at most. Default 16,384. All processes must agree. */
  shardRows?: number;
  /** Tokens of a row at most. Default: as the teacher was trained. */
  maxTokens?: number;
  /** Threads inside one operation. Default 1. */
  threads?: number;
  /** Numbers to compute with, see `loadTeacher`. Default `f32`. */
  precision?: Precision;
  /** Scores finished shards again. */
  force?: boolean;
  progress?: Progress;
  signal?: AbortSignal;
}

/** A file that was scored, as the manifest names it. */
export interface ScoredInput {
  path: string;
  fingerprint: string;
  numRows: number;
}

/** What a scoring run did. */
export interface ScoreResult {
  out: string;
  /** Rows of the whole input. */
  numRows: number;
  numOutputs: number;
  teacher: { fingerprint: string; path: string; precision: Precision };
  /** Shards that this run scored and those that it found done. */
  shards: { produced: number; reused: number; total: number };
  /** Whether all shards are there and the manifest is written. */
  complete: boolean;
  /** Rows that this run scored, a second. */
  rowsPerSecond: number;
  seconds: number;
}

const FORMAT = 'bert2dnn-scores';
const VERSION = 1;
const DEFAULT_SHARD_ROWS = 16_384;

/**
 * Scores an example set. Logits are in input order, whatever the batches and processes.
 * @throws Bert2dnnError TEACHER_INVALID and kin from the folder, COLUMN_MISSING for a field that the teacher
 *   needs, NOT_FINITE, DISK_FULL, INTERRUPTED. Finished shards stay.
 */
export async function score(options: ScoreOptions): Promise<ScoreResult> {
  const { input, out, progress = SILENT } = options;
  const startMs = performance.now();
  const teacher = await loadTeacher(options.teacher, {
    threads: options.threads,
    maxTokens: options.maxTokens,
    precision: options.precision,
    fields: Object.keys(input.fields),
  });
  try {
    const fieldOrder = orderFields(teacher, input);
    const inputs = await describeInputs(input);
    const plan = planScoring(teacher, inputs, options);
    const selected = selectShards(plan, options.shard);
    const numSelected = selected.reduce((sum, shard) => sum + shard.numRows, 0);
    const task = progress.start('score', numSelected);
    const scorer = new ShardScorer({ teacher, input, fieldOrder, task });
    const run = await runShards({
      out,
      plan,
      selection: options.shard,
      force: options.force,
      signal: options.signal,
      produce: (shard, path) => scorer.scoreShard(shard, path),
      onFinished: (shard, reused) => {
        if (reused) task.advance(shard.numRows);
      },
    });
    task.done();
    if (run.complete) await writeManifest(options, { teacher, inputs, run });
    const seconds = (performance.now() - startMs) / 1000;
    return {
      out,
      numRows: input.numRows,
      numOutputs: teacher.numOutputs,
      teacher: describeTeacher(teacher),
      shards: { produced: run.numProduced, reused: run.numReused, total: plan.length },
      complete: run.complete,
      rowsPerSecond: Math.round(scorer.numScored / seconds),
      seconds: Math.round(seconds * 1000) / 1000,
    };
  } finally {
    await teacher.release();
  }
}

function describeTeacher({ fingerprint, dir, precision }: Teacher): ScoreResult['teacher'] {
  return { fingerprint, path: dir, precision };
}

/** For each field of the teacher, its index among the fields of the input. */
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

async function describeInputs(input: ExampleSet): Promise<ScoredInput[]> {
  const inputs: ScoredInput[] = [];
  for (const { path, numRows } of input.parts) {
    inputs.push({ path, fingerprint: await fingerprintFile(path), numRows });
  }
  return inputs;
}

function planScoring(
  teacher: Teacher,
  inputs: readonly ScoredInput[],
  { input, shardRows = DEFAULT_SHARD_ROWS }: ScoreOptions,
): PlannedShard[] {
  return planShards({
    numRows: input.numRows,
    shardRows,
    prefix: 'scores',
    extension: '.parquet',
    key: {
      format: FORMAT,
      version: VERSION,
      teacher: teacher.fingerprint,
      maxTokens: teacher.maxTokens,
      columns: teacher.fields.map((field) => input.fields[field]),
      inputs: inputs.map(({ fingerprint, numRows }) => [fingerprint, numRows]),
    },
  });
}

/** Scores shards one after the other with one loaded teacher. */
class ShardScorer {
  /** Rows scored so far. */
  numScored = 0;
  readonly #teacher: Teacher;
  readonly #input: ExampleSet;
  readonly #fieldOrder: readonly number[];
  readonly #task: ProgressTask;
  readonly #startMs = performance.now();
  #numTokens = 0;

  constructor(parts: {
    teacher: Teacher;
    input: ExampleSet;
    fieldOrder: readonly number[];
    task: ProgressTask;
  }) {
    this.#teacher = parts.teacher;
    this.#input = parts.input;
    this.#fieldOrder = parts.fieldOrder;
    this.#task = parts.task;
  }

  async scoreShard(shard: PlannedShard, path: string): Promise<void> {
    const texts: string[][] = this.#fieldOrder.map(() => []);
    const range = { start: shard.start, count: shard.numRows };
    for await (const batch of readExamples(this.#input, range)) {
      this.#fieldOrder.forEach((source, field) => {
        for (const text of batch.fields[source]) texts[field].push(text);
      });
    }
    const logits = await this.#teacher.logits(texts, {
      onBatch: (numRows, numTokens) => {
        this.numScored += numRows;
        this.#numTokens += numTokens;
        const seconds = (performance.now() - this.#startMs) / 1000;
        this.#task.advance(numRows, { 'tokens/s': Math.round(this.#numTokens / seconds) });
      },
    });
    await writeShard(path, shard, { logits, numOutputs: this.#teacher.numOutputs });
  }
}

async function writeShard(
  path: string,
  shard: PlannedShard,
  { logits, numOutputs }: { logits: Float32Array; numOutputs: number },
): Promise<void> {
  const columns: ParquetColumn[] = [{ name: 'row', type: 'BIGINT' }];
  const rows = Float64Array.from({ length: shard.numRows }, (_, index) => shard.start + index);
  const values: (Float64Array | Float32Array)[] = [rows];
  for (let output = 0; output < numOutputs; output++) {
    columns.push({ name: `logit_${output}`, type: 'FLOAT' });
    const column = (_: unknown, row: number) => logits[row * numOutputs + output];
    values.push(Float32Array.from({ length: shard.numRows }, column));
  }
  const writer = await ParquetWriter.create(path, columns);
  try {
    await writer.appendBatch(values);
    await writer.close();
  } finally {
    writer.abort();
  }
}

interface ScoredAll {
  teacher: Teacher;
  inputs: readonly ScoredInput[];
  run: ShardRunResult;
}

async function writeManifest(options: ScoreOptions, scored: ScoredAll): Promise<void> {
  const { teacher, inputs, run } = scored;
  const seconds = run.finished.reduce((sum, shard) => sum + shard.seconds, 0);
  await writeJsonAtomically(join(options.out, 'manifest.json'), {
    format: FORMAT,
    version: VERSION,
    teacher: describeTeacher(teacher),
    numOutputs: teacher.numOutputs,
    numRows: options.input.numRows,
    inputs,
    shards: run.finished.map(({ file, start, numRows, sha256 }) => ({
      file,
      start,
      numRows,
      sha256,
    })),
    seconds: Math.round(seconds * 1000) / 1000,
  });
}
