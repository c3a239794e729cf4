// What `explain` prints.
import { explanationToText } from '@bert2dnn/student/explain';
import { explainVerb } from '../pipeline/verbs/explain.js';
import { createCommand } from './command.js';

export const explainCommand = () =>
  createCommand({
    verb: explainVerb,
    print(explanation, line, { top }) {
      line(explanationToText(explanation, { top, color: mayColor() }).trimEnd());
      if (explanation.html !== undefined) line(`\nas a page: ${explanation.html}`);
    },
  });

/** Colours on a terminal, unless they are not wanted. Source: no-color.org. */
function mayColor(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
}
