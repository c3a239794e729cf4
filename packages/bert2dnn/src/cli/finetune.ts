// What `finetune` prints.
import { formatDuration } from '../foundation/progress.js';
import { finetuneVerb } from '../pipeline/verbs/finetune.js';
import { createCommand } from './command.js';

export const finetuneCommand = () =>
  createCommand({
    verb: finetuneVerb,
    print(result, line) {
      const metrics = Object.entries(result.dev).map(
        ([name, value]) => `${name} ${Number(value).toFixed(4)}`,
      );
      line(`teacher of ${result.numParameters} parameters -> ${result.out}`);
      line(
        `epoch ${result.bestEpoch} of ${result.epochs.length} kept; dev ${metrics.join(', ')}; ${formatDuration(result.seconds)}`,
      );
    },
  });
