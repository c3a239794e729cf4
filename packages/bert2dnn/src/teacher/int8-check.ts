// Before a scoring in int8: some rows of its input in float32 too, once a folder of scores, and a refusal where the two
// are too far apart. The rows are fixed by their number, so every process finds the same figures.
import { z } from 'zod';
import { Bert2dnnError } from '../foundation/errors.js';
import { type OutputFolder, putJson } from '../store/index.js';
import { type Int8Agreement, measureAgreement } from './int8-agreement.js';
import { appendTexts, type TextSource } from './shard-texts.js';
import { loadTeacher, type Teacher } from './teacher.js';

/** What a scoring does about int8. */
export interface Int8Options {
  /** `off` compares nothing: for workers that would all do the same. Default `on`. */
  check?: 'on' | 'off';
  /** Lowest AUC of int8 against float32's decisions, 0.5..1. Default 0.999. */
  minAuc?: number;
  /** Largest mean difference of the probabilities, 0..1. Default 0.01. */
  maxDifference?: number;
  /** Goes on beyond the limits. */
  force?: boolean;
}

/** What is compared on what. */
export interface Int8CheckOptions extends Int8Options, TextSource {
  /** The int8 teacher. */
  teacher: Teacher;
  /** Fingerprint of what decides the figures: teacher, input, options. */
  key: string;
  /** Folder of the scores. */
  folder: OutputFolder;
  threads?: number;
  onNote?: (message: string) => void;
}

const NUM_BLOCKS = 10;
const BLOCK_ROWS = 100;
/** The figures in the folder of the scores. */
export const CHECK_FILE = 'int8-check.json';

const checkSchema = z.object({
  key: z.string(),
  numRows: z.number(),
  auc: z.number(),
  meanProbabilityDifference: z.number(),
});

/**
 * Compares 1,000 rows, ten blocks evenly over the input, and keeps the figures in the folder of the scores; `undefined`
 * where nothing is known: the check is off and nobody did it, or the folder has no float32 model.
 * @throws Bert2dnnError TEACHER_INVALID beyond the limits.
 */
export async function checkInt8(options: Int8CheckOptions): Promise<Int8Agreement | undefined> {
  const { check = 'on', folder, key, onNote } = options;
  const known = await readKnown(folder, key);
  if (check === 'off') return known;
  const agreement = known ?? (await compare(options));
  if (agreement === undefined) return undefined;
  if (known === undefined) await putJson(folder, CHECK_FILE, { key, ...agreement });
  onNote?.(`int8 beside float32 on ${describeAgreement(agreement)}`);
  requireAgreement(options, agreement);
  return agreement;
}

async function readKnown(folder: OutputFolder, key: string): Promise<Int8Agreement | undefined> {
  try {
    const { key: ownKey, ...agreement } = checkSchema.parse(await folder.readJson(CHECK_FILE));
    return ownKey === key ? agreement : undefined;
  } catch {
    // Absent or of another time: the rows are compared again.
    return undefined;
  }
}

async function compare(options: Int8CheckOptions): Promise<Int8Agreement | undefined> {
  const { teacher, input, threads, onNote } = options;
  const { dir, maxTokens, numOutputs } = teacher;
  const fields = Object.keys(input.fields);
  const exactTeacher = await loadTeacher(dir, { threads, maxTokens, fields }).catch(
    (error: unknown) => {
      if (!(error instanceof Bert2dnnError) || error.code !== 'FILE_MISSING') throw error;
      onNote?.(`${dir}: has no float32 model to compare int8 with`);
      return undefined;
    },
  );
  if (exactTeacher === undefined) return undefined;
  try {
    const texts = await readBlocks(options);
    const score = async ({ score }: Teacher): Promise<Float32Array> =>
      (await score!(texts, { onFailedRow: () => undefined })).logits;
    return measureAgreement({
      exact: await score(exactTeacher),
      int8: await score(teacher),
      numOutputs,
    });
  } finally {
    await exactTeacher.release();
  }
}

async function readBlocks(options: Int8CheckOptions): Promise<string[][]> {
  const { input, fieldOrder } = options;
  const texts: string[][] = fieldOrder.map(() => []);
  const isSmall = input.numRows <= NUM_BLOCKS * BLOCK_ROWS;
  for (let block = 0; block < (isSmall ? 1 : NUM_BLOCKS); block++) {
    const start = Math.floor((block * input.numRows) / NUM_BLOCKS);
    await appendTexts(texts, options, { start, count: isSmall ? input.numRows : BLOCK_ROWS });
  }
  return texts;
}

function requireAgreement(options: Int8CheckOptions, agreement: Int8Agreement): void {
  const { teacher, minAuc = 0.999, maxDifference = 0.01, force } = options;
  const isNear = agreement.auc >= minAuc && agreement.meanProbabilityDifference <= maxDifference;
  if (isNear || force === true) return;
  throw new Bert2dnnError(
    'TEACHER_INVALID',
    `${teacher.dir}: int8 is too far from float32: ${describeAgreement(agreement)}, expected an AUC of at least ${minAuc} and a difference of at most ${maxDifference}`,
    {
      hint: 'Leave out --precision int8, widen the limits, or take it as it is with --force-int8.',
    },
  );
}

function describeAgreement({ numRows, auc, meanProbabilityDifference }: Int8Agreement): string {
  return `${numRows} rows: AUC ${auc.toFixed(5)} against its decisions, probabilities ${meanProbabilityDifference.toFixed(5)} apart on average`;
}
