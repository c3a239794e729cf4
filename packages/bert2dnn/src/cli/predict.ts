// What `predict` prints.
import { predictVerb } from '../pipeline/verbs/predict.js';
import { createCommand } from './command.js';

export const predictCommand = () =>
  createCommand({
    verb: predictVerb,
    print(result, line) {
      line(`${result.rows} rows -> ${result.out} (added ${result.added.join(', ')})`);
      if (result.numSkipped > 0) line(`${result.numSkipped} bad rows left out`);
    },
  });
