// What `prepare` prints: what came in, what was taken out, what each split holds.
import { prepareVerb } from '../pipeline/verbs/prepare.js';
import { createCommand } from './command.js';
import { formatTable } from './terminal.js';

export const prepareCommand = () =>
  createCommand({
    verb: prepareVerb,
    print(result, line) {
      const rows = Object.entries(result.splits).map(([name, split]) => [
        name,
        String(split?.rows),
        String(split?.groups),
        split?.positiveShare === undefined ? '' : `${(split.positiveShare * 100).toFixed(1)} %`,
      ]);
      for (const text of formatTable(['split', 'rows', 'groups', 'positive'], rows)) line(text);
      line('');
      for (const [part, counts] of [
        ['labelled', result.labelled],
        ['transfer', result.transfer],
        ['clicks', result.clicks],
      ] as const) {
        if (counts !== undefined) line(`${part}: ${JSON.stringify(counts)}`);
      }
      line(`-> ${result.out}`);
    },
  });
