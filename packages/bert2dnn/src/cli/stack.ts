// What `stack` prints.
import { stackVerb } from '../pipeline/verbs/stack.js';
import { createCommand } from './command.js';

export const stackCommand = () =>
  createCommand({
    verb: stackVerb,
    print(result, line, values) {
      line(
        `${result.numRows - result.numUnlabelled} soft labels of ${result.numTeachers} teacher(s) -> ${values.out}`,
      );
      if (result.numUnlabelled > 0)
        line(`${result.numUnlabelled} rows without a label: a teacher failed on them`);
      line(`temperature ${result.temperature.toPrecision(4)}`);
      if (result.meanLabel !== undefined) line(`mean soft label ${result.meanLabel.toFixed(4)}`);
    },
  });
