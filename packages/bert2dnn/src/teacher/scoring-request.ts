// A scoring as JSON, so that another machine opens the same one: paths, options, fingerprints. No texts, no secrets.
// What a machine sees is compared with what the submitter saw before a row is scored.
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type ExampleSet, openExamples } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintFile, fingerprintJson } from '../foundation/fingerprint.js';
import type { PlannedShard } from '../jobs/shard-plan.js';
import { fetchFiles, isStoreUri, openOutputFolder, putJson } from '../store/index.js';
import { POOLINGS } from './embedding.js';
import { FAILED_ROW_POLICIES } from './failed-rows.js';
import { PRECISIONS } from './quantized-model.js';
import { QUEUE_MARK_FILE, type ScoredTeacher } from './scores-manifest.js';
import { openScoring, type Scoring, type ScoringOptions } from './scoring.js';

const requestSchema = z.object({
  teacher: z.object({
    path: z.string(),
    fingerprint: z.string(),
    precision: z.enum(PRECISIONS),
  }),
  input: z.array(z.object({ path: z.string(), fingerprint: z.string() })),
  /** Column of each field, in the order of the fields. */
  fields: z.array(z.tuple([z.string(), z.string()])),
  out: z.string(),
  shardRows: z.number().int().min(1),
  options: z.object({
    maxTokens: z.number().int().optional(),
    onnxFile: z.string().optional(),
    embeddings: z
      .object({ pooling: z.enum(POOLINGS).optional(), only: z.boolean().optional() })
      .optional(),
    failedRows: z.enum(FAILED_ROW_POLICIES).optional(),
  }),
});

/** What a worker must know to open the scoring that a submitter has open. Paths are absolute. */
export type ScoringRequest = z.infer<typeof requestSchema>;

/** Options of the submitter that decide what workers write. */
type RequestedOptions = Pick<
  ScoringOptions,
  'maxTokens' | 'onnxFile' | 'embeddings' | 'failedRows' | 'inputUris'
>;

/** What a request is made of. */
export interface RequestSource extends RequestedOptions {
  teacher: ScoredTeacher;
  input: ExampleSet;
  out: string;
  plan: readonly PlannedShard[];
}

/** Writes an open scoring down. Reads the inputs once, for their fingerprints. */
export async function createScoringRequest(source: RequestSource): Promise<ScoringRequest> {
  const { teacher, input, inputUris, out, plan } = source;
  const { maxTokens, onnxFile, embeddings, failedRows } = source;
  const files: ScoringRequest['input'] = [];
  for (const { path } of input.parts) {
    const seen = inputUris?.get(path) ?? resolve(path);
    files.push({ path: seen, fingerprint: await fingerprintFile(path) });
  }
  return {
    teacher: { ...teacher, path: resolve(teacher.path) },
    input: files,
    fields: Object.entries(input.fields),
    out: isStoreUri(out) ? out : resolve(out),
    // The first shard is whole, or it is the only one.
    shardRows: plan[0].numRows,
    options: { maxTokens, onnxFile, embeddings, failedRows },
  };
}

/** Marks the output folder of a request. @throws Bert2dnnError WRITE_FAILED, DISK_FULL */
export async function markOutput(request: ScoringRequest): Promise<void> {
  const mark = { format: 'bert2dnn-queue-mark', version: 1, request: markOf(request) };
  const folder = await openOutputFolder(request.out, isMark);
  try {
    await putJson(folder, QUEUE_MARK_FILE, mark);
  } finally {
    folder.close();
  }
}

function isMark(name: string): boolean {
  return name === QUEUE_MARK_FILE;
}

function markOf({ out }: ScoringRequest): string {
  return fingerprintJson(out);
}

/** Where a worker differs from the submitter. */
export interface WorkerOptions {
  /** A copy of the teacher's folder to load instead of the one that the request names. */
  teacher?: string;
  /** Threads inside one operation. Default 1. */
  threads?: number;
}

/** Options of `openRequestedScoring`. */
export interface RequestedScoringOptions extends WorkerOptions, Pick<ScoringOptions, 'onScored'> {}

/**
 * Opens the scoring of a request on this machine.
 * @throws Bert2dnnError FILE_MISSING with this host's name for a path that it cannot see, SCORES_MISMATCH for a teacher,
 *   an input or a plan other than the submitter's; whatever `openScoring` throws.
 */
export async function openRequestedScoring(
  json: unknown,
  options: RequestedScoringOptions = {},
): Promise<Scoring> {
  const request = readRequest(json);
  const teacher = options.teacher ?? request.teacher.path;
  const asked = request.input.map((file) => file.path);
  for (const path of [teacher, ...asked]) if (!isStoreUri(path)) await expectPath(path);
  await expectMark(request);
  const { paths, uris } = await fetchFiles(asked);
  for (const [index, { path, fingerprint }] of request.input.entries()) {
    expectSame(path, await fingerprintFile(paths[index]), fingerprint);
  }
  const input = await openExamples(paths, { fields: Object.fromEntries(request.fields) });
  const scoring = await openScoring({
    ...request.options,
    teacher,
    input,
    inputUris: uris,
    out: request.out,
    shardRows: request.shardRows,
    precision: request.teacher.precision,
    threads: options.threads,
    onScored: options.onScored,
    // The submitter has compared.
    int8: { check: 'off' },
  });
  try {
    expectSame(teacher, scoring.teacher.fingerprint, request.teacher.fingerprint);
  } catch (error) {
    await scoring.close();
    throw error;
  }
  return scoring;
}

/** Checks that a plan made here names a shard as the submitter's does. @throws Bert2dnnError SCORES_MISMATCH */
export function expectShard(scoring: Scoring, shard: PlannedShard): void {
  const planned = scoring.plan[shard.index];
  if (planned?.file === shard.file) return;
  throw new Bert2dnnError(
    'SCORES_MISMATCH',
    `${hostname()}: shard ${shard.index} is ${planned?.file ?? 'none'} here, ${shard.file} where it was submitted`,
    { hint: 'Submitter and worker must run the same code on the same files.' },
  );
}

function readRequest(json: unknown): ScoringRequest {
  const parsed = requestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Bert2dnnError('VERSION_MISMATCH', `${hostname()}: the job asks for no known scoring`, {
    cause: parsed.error,
  });
}

async function expectPath(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined)) !== undefined) return;
  throw new Bert2dnnError('FILE_MISSING', `${hostname()}: ${path} cannot be seen by this worker`, {
    hint: 'Submitter and workers need the same folders under the same paths.',
  });
}

/** A store that does not answer is told as such. */
function missingIsNothing(error: unknown): undefined {
  if (error instanceof Bert2dnnError && error.code.startsWith('STORE_')) throw error;
}

async function expectMark(request: ScoringRequest): Promise<void> {
  const folder = await openOutputFolder(request.out, isMark);
  const mark = (await folder
    .readJson(QUEUE_MARK_FILE)
    .catch(missingIsNothing)
    .finally(() => folder.close())) as { request?: unknown } | undefined;
  if (mark?.request === markOf(request)) return;
  throw new Bert2dnnError(
    'FILE_MISSING',
    `${hostname()}: ${request.out} is not the output folder of the submitter`,
    { hint: 'Submitter and workers need the same folders under the same paths.' },
  );
}

function expectSame(path: string, got: string, expected: string): void {
  if (got === expected) return;
  throw new Bert2dnnError(
    'SCORES_MISMATCH',
    `${hostname()}: ${path} has the fingerprint ${got}, ${expected} where it was submitted`,
    { hint: 'The worker sees other bytes: copy the file or folder again.' },
  );
}
