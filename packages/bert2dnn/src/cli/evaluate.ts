// What `evaluate` prints: gold metrics, agreement and retention, each with its interval.
import { evaluateVerb } from '../pipeline/verbs/evaluate.js';
import { createCommand } from './command.js';
import { formatInterval, formatTable } from './terminal.js';

export const evaluateCommand = () =>
  createCommand({
    verb: evaluateVerb,
    print(result, line) {
      const groups = result.groups === null ? '' : ` in ${result.groups} groups`;
      line(`${result.model}: ${result.rows} rows${groups}`);
      for (const [title, metrics] of [
        ['gold (against the labels)', result.gold],
        ['agreement (against the teacher)', result.agreement],
        ["retention (share of the teacher's gold metric)", result.retention],
      ] as const) {
        if (metrics === undefined || Object.keys(metrics).length === 0) continue;
        line('');
        const rows = Object.entries(metrics).map(([name, figure]) => [
          name,
          formatInterval(figure),
        ]);
        for (const text of formatTable([title, 'value [95 % interval]'], rows)) line(text);
      }
      for (const note of result.notes) line(`note: ${note}`);
    },
  });
