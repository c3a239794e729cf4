// What `data import` prints: the files, what to know about them, and the command that continues.
import { dataImportVerb } from '../pipeline/verbs/data-import.js';
import { createCommand } from './command.js';

export const dataImportCommand = () =>
  createCommand({
    verb: dataImportVerb,
    positional: { name: '[name]' },
    print(result, line) {
      for (const { file, rows, columns } of Object.values(result.outputs)) {
        line(`${file.padEnd(18)}  ${String(rows).padStart(9)} rows: ${columns.join(', ')}`);
      }
      line('');
      const { column, range, meaning } = result.label;
      line(`${column}: ${range[0]}..${range[1]}, ${meaning}`);
      for (const note of result.notes) line(note);
      line(`-> ${result.out}. Go on with:`);
      line(`  ${result.prepare.line}`);
    },
  });
