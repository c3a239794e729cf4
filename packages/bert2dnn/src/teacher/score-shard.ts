// One shard of scores as a Parquet file: the row, a column a logit, the vector where there is one. The footer says whose
// scores they are and which rows have none, so that a shard explains itself.
import { z } from 'zod';
import { type ParquetColumn, ParquetWriter, readParquetMetadata } from '../data/index.js';
import type { PlannedShard } from '../jobs/shard-plan.js';
import type { FailedRow } from './failed-rows.js';
import type { Teacher, TextScores } from './teacher.js';

/** What a shard holds. */
export interface ShardScores extends TextScores {
  teacher: Teacher;
  /** Rows whose scores are NaN here and NULL in the file, in order. */
  failed: readonly FailedRow[];
}

const FAILED_ROWS_KEY = 'bert2dnn.failed_rows';

/**
 * Writes the scores of a shard; the file appears whole or not at all. Equal scores give equal bytes.
 * @throws Bert2dnnError DISK_FULL, WRITE_FAILED.
 */
export async function writeScoreShard(
  path: string,
  shard: PlannedShard,
  { teacher, logits, embeddings, failed }: ShardScores,
): Promise<void> {
  const { numOutputs: C, embeddingSize: D = 0 } = teacher;
  const columns: ParquetColumn[] = [{ name: 'row', type: 'BIGINT' }];
  const rows = Float64Array.from({ length: shard.numRows }, (_, index) => shard.start + index);
  const values: Parameters<ParquetWriter['appendBatch']>[0][number][] = [rows];
  for (let output = 0; output < C; output++) {
    columns.push({ name: `logit_${output}`, type: 'FLOAT' });
    const column = (_: unknown, row: number) => logits[row * C + output];
    values.push(Float32Array.from({ length: shard.numRows }, column));
  }
  if (embeddings !== undefined) {
    const absent = new Set(failed.map(({ row }) => row - shard.start));
    columns.push({ name: 'embedding', type: 'FLOAT[]' });
    const vectorOf = (_: unknown, row: number) =>
      absent.has(row) ? undefined : embeddings.subarray(row * D, (row + 1) * D);
    values.push(Array.from({ length: shard.numRows }, vectorOf));
  }
  const writer = await ParquetWriter.create(path, columns, {
    metadata: describeShard(teacher, failed),
  });
  try {
    await writer.appendBatch(values);
    await writer.close();
  } finally {
    writer.abort();
  }
}

function describeShard(teacher: Teacher, failed: readonly FailedRow[]): Record<string, string> {
  return {
    'bert2dnn.format': 'bert2dnn-scores',
    'bert2dnn.teacher': teacher.fingerprint,
    'bert2dnn.precision': teacher.precision,
    'bert2dnn.max_tokens': String(teacher.maxTokens),
    ...(failed.length > 0 && { [FAILED_ROWS_KEY]: JSON.stringify(failed) }),
  };
}

const failedRowsSchema = z.array(
  z.object({ row: z.number().int(), reason: z.string(), excerpt: z.string() }),
);

/** The rows of a shard that have no scores. @throws Bert2dnnError FILE_CORRUPT. */
export async function readFailedRows(path: string): Promise<FailedRow[]> {
  const listed = (await readParquetMetadata(path))[FAILED_ROWS_KEY];
  return listed === undefined ? [] : failedRowsSchema.parse(JSON.parse(listed));
}
