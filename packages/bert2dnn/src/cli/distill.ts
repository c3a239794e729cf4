// What `distill` prints.
import { formatCount, formatDuration } from '../foundation/progress.js';
import { distillVerb } from '../pipeline/verbs/distill.js';
import { createCommand } from './command.js';
import { formatSize } from './terminal.js';

export const distillCommand = () =>
  createCommand({
    verb: distillVerb,
    print(result, line) {
      line(
        `student "${result.preset}", ${formatSize(result.sizeBytes)}, ${result.numParameters} parameters -> ${result.out}`,
      );
      line(
        `${formatCount(result.numExamples)} examples, epoch ${result.bestEpoch} of ${result.epochs.length} kept`,
      );
      line(
        `${formatCount(result.examplesPerSecond)} examples/s, ${formatDuration(result.seconds)} in all`,
      );
    },
  });
