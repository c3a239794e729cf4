// `explain`: why one example gets its score.
import { EXPLAIN_METHODS } from '@bert2dnn/student/explain';
import { explainExample } from '../../evaluate/explain-example.js';
import { openStudent } from '../../evaluate/open-scorer.js';
import { Bert2dnnError } from '../../foundation/errors.js';
import { choice, fieldTexts, integer, optionalPath, requiredPath, text } from '../options.js';
import { defineVerb } from '../verb.js';

export const explainVerb = defineVerb({
  name: 'explain',
  summary: 'Why a student gives one example its score: what each word and each feature adds.',
  options: {
    model: requiredPath('Student: a folder or a .b2d file.', '<path>'),
    query: text('Text of the field `query`.'),
    title: text('Text of the field `title`.'),
    text: text('Text of the field `text`, for single texts.'),
    fields: fieldTexts(
      'Texts of any fields by name, each as one argument: "query=red drill" "brand=Acme".',
    ),
    method: choice(
      'integrated-gradients: what each feature adds, so that all of them add up to the logit; leave-one-out: how far the logit falls without it.',
      EXPLAIN_METHODS,
      'integrated-gradients',
    ),
    output: text(
      'Which of several outputs, by name or index (default: the most probable one).',
      '<name>',
    ),
    top: integer('Features that are printed, largest first.', 20, { min: 0 }),
    html: optionalPath('Page to write beside what is printed.', '<file>'),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ model }) => [model],
  async run({ model, query, title, text, fields, method, output, top, html }) {
    const texts = joinTexts({ query, title, text }, fields);
    const student = await openStudent(model);
    return explainExample({ student, texts, method, output, top, html });
  },
});

/** @throws Bert2dnnError USAGE if a field is given twice. */
function joinTexts(
  named: Readonly<Record<string, string | undefined>>,
  fields: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const texts: Record<string, string> = { ...fields };
  for (const [name, value] of Object.entries(named)) {
    if (value === undefined) continue;
    if (Object.hasOwn(fields, name)) {
      throw new Bert2dnnError('USAGE', `--${name}: got it in --fields, too, expected it once`);
    }
    texts[name] = value;
  }
  return texts;
}
