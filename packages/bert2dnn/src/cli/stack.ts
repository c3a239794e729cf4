// What `stack` prints.
import { stackVerb } from '../pipeline/verbs/stack.js';
import { createCommand } from './command.js';

export const stackCommand = () =>
  createCommand({
    verb: stackVerb,
    print(result, line, values) {
      line(`${result.numRows} soft labels of ${result.numTeachers} teacher(s) -> ${values.out}`);
      line(`temperature ${result.temperature.toPrecision(4)}`);
      if (result.meanLabel !== undefined) line(`mean soft label ${result.meanLabel.toFixed(4)}`);
    },
  });
