// `bert2dnn.json` in a teacher's folder: what Hugging Face's files do not say. Absent in folders made elsewhere.
import { z } from 'zod';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Json } from '../foundation/fingerprint.js';

/** File name in the folder. */
export const EXTRA_FILE = 'bert2dnn.json';

const FORMAT = 'bert2dnn-teacher';
const VERSION = 1;

const schema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  fields: z.array(z.string().min(1)).min(1),
  maxTokens: z.number().int().min(3),
  task: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('graded'), labelRange: z.tuple([z.number(), z.number()]) }),
    z.object({ kind: z.literal('classes'), classes: z.array(z.string()).min(2) }),
  ]),
  training: z.record(z.string(), z.unknown()).default({}),
  metrics: z.record(z.string(), z.unknown()).default({}),
});

/** What the head was trained to tell. */
export type TeacherTask =
  | { kind: 'graded'; labelRange: [number, number] }
  | { kind: 'classes'; classes: string[] };

/** The content of `bert2dnn.json`. */
export interface FolderExtra {
  /** Fields of the model in order: the first is the first text, the others together the second. */
  fields: string[];
  /** Tokens of a row at most, as trained. */
  maxTokens: number;
  task: TeacherTask;
  /** Options of the training. */
  training: { [key: string]: Json | undefined };
  /** Metrics on the dev set. */
  metrics: { [key: string]: Json | undefined };
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
  const { fields, maxTokens, task, training, metrics } = extra;
  return { format: FORMAT, version: VERSION, fields, maxTokens, task, training, metrics };
}
