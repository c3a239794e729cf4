// The stage `explain`: why a student gives one example its score, as data and, where it is asked for, as a page.
import type { Student } from '@bert2dnn/student';
import {
  type ExplainMethod,
  type Explanation,
  explain,
  explanationToHtml,
} from '@bert2dnn/student/explain';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import { writeFileAtomically } from '../foundation/files.js';

export interface ExplainExampleOptions {
  student: Student;
  /** By field: one for each field of the student. */
  texts: Readonly<Record<string, string>>;
  /** Default `integrated-gradients`. */
  method?: ExplainMethod;
  /** Name or index of one of several outputs. Default: the most probable one. */
  output?: string;
  /** Page to write. Default: none. */
  html?: string;
  /** Features on the page. Default 30. */
  top?: number;
}

/** An explanation, and the page if one was written. */
export interface ExplainedExample extends Explanation {
  html?: string;
}

/**
 * Explains the score of one example.
 * @throws Bert2dnnError USAGE for texts that are not those of the student's fields, or an output that it does not have;
 * DISK_FULL, WRITE_FAILED.
 */
export async function explainExample(options: ExplainExampleOptions): Promise<ExplainedExample> {
  const { student, texts, method, html, top } = options;
  checkTexts(texts, student.definition.fields);
  const output = outputIndex(options.output, student);
  const explanation = explain(student, texts, { method, output });
  if (html === undefined) return explanation;
  await writeFileAtomically(html, explanationToHtml(explanation, { texts, top }));
  return { ...explanation, html };
}

function checkTexts(texts: Readonly<Record<string, string>>, fields: readonly string[]): void {
  const given = Object.keys(texts);
  const isWhole = given.length === fields.length && fields.every((name) => given.includes(name));
  if (isWhole) return;
  const got = given.length === 0 ? 'no text' : given.join(', ');
  throw new Bert2dnnError('USAGE', `texts: got ${got}, expected ${fields.join(', ')}`, {
    hint: `The fields of this student: --fields ${fields.map((name) => `${name}=...`).join(' ')}`,
  });
}

/** The index of an output that was asked for by name or by number. */
function outputIndex(output: string | undefined, { definition }: Student): number | undefined {
  if (output === undefined) return undefined;
  const { numOutputs, classes = [] } = definition;
  const names = numOutputs > 1 ? classes : [];
  const index = names.includes(output) ? names.indexOf(output) : Number(output);
  if (Number.isInteger(index) && index >= 0 && index < numOutputs && output.trim() !== '') {
    return index;
  }
  const known = names.length > 0 ? names.join(', ') : `0 to ${numOutputs - 1}`;
  const nearest = findNearestName(output, names);
  throw new Bert2dnnError('USAGE', `output: got ${output}, expected one of ${known}`, {
    hint: nearest === undefined ? undefined : `Did you mean ${nearest}?`,
  });
}
