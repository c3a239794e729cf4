// `bert2dnn.json` in the folder of a teacher or a pretrained encoder: what Hugging Face's files do not say.
// Absent in folders made elsewhere.
import { z } from 'zod';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Json } from '../foundation/fingerprint.js';

/** File name in the folder. */
export const EXTRA_FILE = 'bert2dnn.json';

const FORMAT = 'bert2dnn-teacher';
const VERSION = 1;

const sourceFiles = z.array(
  z.object({ file: z.string(), numRows: z.number(), fingerprint: z.string() }),
);

const schema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  fields: z.array(z.string().min(1)).min(1),
  maxTokens: z.number().int().min(3),
  task: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('graded'), labelRange: z.tuple([z.number(), z.number()]) }),
    z.object({ kind: z.literal('classes'), classes: z.array(z.string()).min(2) }),
    z.object({ kind: z.literal('masked-lm') }),
  ]),
  training: z.record(z.string(), z.unknown()).default({}),
  metrics: z.record(z.string(), z.unknown()).default({}),
  provenance: z.object({ base: z.string(), train: sourceFiles, dev: sourceFiles }).optional(),
});

/** What the head of a classifier was trained to tell. */
export type TeacherTask =
  | { kind: 'graded'; labelRange: [number, number] }
  | { kind: 'classes'; classes: string[] };

/** What an encoder without classification head was trained to tell: its masked tokens. It is a start, not a teacher. */
export type EncoderTask = { kind: 'masked-lm' };

/** A file that a model was trained or measured on: its name without folders, rows and content. */
export type SourceFile = { file: string; numRows: number; fingerprint: string };

/** Where a model comes from. */
export type ModelProvenance = {
  /** Name of the folder that the training started from, or `tiny`. */
  base: string;
  train: SourceFile[];
  /** Empty where rows of `train` were held out. */
  dev: SourceFile[];
};

/** The content of `bert2dnn.json`. */
export interface FolderExtra {
  /** Fields of the model in order: the first is the first text, the others together the second. */
  fields: string[];
  /** Tokens of a row at most, as trained. */
  maxTokens: number;
  task: TeacherTask | EncoderTask;
  /** Options of the training. */
  training: { [key: string]: Json | undefined };
  /** Metrics on the dev set: of the epoch that was kept, `int8` as `QuantizedMetrics`, and `epochs` of each one. */
  metrics: { [key: string]: Json | undefined };
  provenance?: ModelProvenance;
}

/** Classes that a folder states, if its head tells classes. */
export function statedClasses(extra: FolderExtra | undefined): string[] | undefined {
  return extra?.task.kind === 'classes' ? extra.task.classes : undefined;
}

/** Checks the content of a `bert2dnn.json`. @throws Bert2dnnError TEACHER_INVALID. */
export function checkFolderExtra(value: unknown, place: string): FolderExtra {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data as FolderExtra;
  const issue = parsed.error.issues[0];
  throw new Bert2dnnError(
    'TEACHER_INVALID',
    `${place}: "${issue.path.join('.')}": ${issue.message}, expected a ${FORMAT} file of version ${VERSION}`,
  );
}

/** The JSON of a `bert2dnn.json`. */
export function describeExtra(extra: FolderExtra): Json {
  const { fields, maxTokens, task, training, metrics, provenance } = extra;
  const read = { fields, maxTokens, task, provenance };
  return { format: FORMAT, version: VERSION, ...read, training, metrics };
}
