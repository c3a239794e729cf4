// Explains a student's score. Asks the student for its logits and its parts, and for nothing private.
import { cutTexts, type Example, exampleTexts } from '../model/example.js';
import { Explainer, type ExplainerParts } from './explainer.js';
import type { ExplainOptions, Explanation } from './explanation.js';

/** What is asked of a student; a `Student` has it. */
export interface ExplainableStudent extends ExplainerParts {
  readonly maxTextLength: number;
  logits(examples: readonly Example[]): Float32Array;
}

/** Made when a student is first explained, because that reads whole vocabularies, and kept as long as the student. */
const explainers = new WeakMap<ExplainableStudent, Explainer>();

/**
 * Why one example gets its score: what each of its features and words adds to the logit.
 * Takes its time: some hundred times that of `score`.
 * @throws {StudentError} EXAMPLE_INVALID as `Student.score`, and for a method or an output that there is not.
 */
export function explain(
  student: ExplainableStudent,
  example: Example,
  options: ExplainOptions = {},
): Explanation {
  const texts = exampleTexts(example, student.definition.fields, 0);
  const logits = student.logits([texts]);
  let explainer = explainers.get(student);
  if (explainer === undefined) {
    explainer = new Explainer(student);
    explainers.set(student, explainer);
  }
  return explainer.explain(cutTexts(texts, student.maxTextLength), logits, options);
}
