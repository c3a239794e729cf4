// A student as a teacher: one that learnt the labels alone, or an earlier one, joins the others in `stack`.
import { join } from 'node:path';
import { loadStudentFolder } from '@bert2dnn/student/node';
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintFile, fingerprintJson } from '../foundation/fingerprint.js';
import { isFile } from './model-files.js';

const STUDENT_FILE = 'student.json';
/** Rows between two reports of progress. */
const BATCH_ROWS = 1024;

/** Options of teachers that are no students; all are refused. */
export interface OpenStudentTeacherOptions {
  precision?: string;
  maxTokens?: number;
  onnxFile?: string;
  embeddings?: unknown;
}

/** A student as a `Teacher`. */
export interface StudentTeacher {
  dir: string;
  fields: string[];
  statesFields: true;
  numOutputs: number;
  classes: string[] | undefined;
  /** Always 0: there are no tokens; texts are cut at the student's `maxTextLength`. */
  maxTokens: 0;
  /** What the layers compute in. */
  precision: 'f32' | 'int8';
  fingerprint: string;
  /** Logits [N, C] in input order of texts given per field. */
  logits(
    texts: readonly (readonly string[])[],
    options?: { onBatch?: (numRows: number, numTokens: number) => void },
  ): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Whether a folder holds a student. */
export async function holdsStudent(dir: string): Promise<boolean> {
  return isFile(join(dir, STUDENT_FILE));
}

/**
 * Opens a student's folder as a teacher. Its logits are those of `Student.logits`; a row cannot fail.
 * @throws Bert2dnnError USAGE for options that only a BERT has; StudentError as `loadStudentFolder`.
 */
export async function openStudentTeacher(
  dir: string,
  options: OpenStudentTeacherOptions = {},
): Promise<StudentTeacher> {
  refuseOptions(dir, options);
  const student = await loadStudentFolder(dir);
  const { fields, numOutputs, classes } = student.definition;
  return {
    dir,
    fields: [...fields],
    statesFields: true,
    numOutputs,
    classes: classes === undefined ? undefined : [...classes],
    maxTokens: 0,
    precision: student.precision === 'int8' ? 'int8' : 'f32',
    // The definition names the checksum of the weights.
    fingerprint: fingerprintJson({ student: await fingerprintFile(join(dir, STUDENT_FILE)) }),
    async logits(texts, { onBatch } = {}) {
      const numRows = texts[0].length;
      const logits = new Float32Array(numRows * numOutputs);
      for (let start = 0; start < numRows; start += BATCH_ROWS) {
        const end = Math.min(numRows, start + BATCH_ROWS);
        const examples = Array.from({ length: end - start }, (_, row) =>
          texts.map((field) => field[start + row]),
        );
        logits.set(student.logits(examples), start * numOutputs);
        onBatch?.(end - start, 0);
      }
      return logits;
    },
    release: async () => undefined,
  };
}

function refuseOptions(dir: string, options: OpenStudentTeacherOptions): void {
  const { precision = 'f32', maxTokens, onnxFile, embeddings } = options;
  const given = [
    precision !== 'f32' && `precision ${precision}`,
    maxTokens !== undefined && 'a limit of tokens',
    onnxFile !== undefined && 'an ONNX file',
    embeddings !== undefined && 'embeddings',
  ].find((option) => option);
  if (!given) return;
  throw new Bert2dnnError('USAGE', `${dir}: got ${given}, but a student is there, no BERT`, {
    hint: 'Leave the option out: a student scores in the precision that it is stored in.',
  });
}
