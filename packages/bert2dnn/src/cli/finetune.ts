// What `finetune` prints.
import { formatCount, formatDuration } from '../foundation/progress.js';
import { finetuneVerb } from '../pipeline/verbs/finetune.js';
import type { DevMetrics } from '../teacher/dev-metrics.js';
import { createCommand } from './command.js';

export const finetuneCommand = () =>
  createCommand({
    verb: finetuneVerb,
    print(result, line) {
      const { dev, epochs, updates, resumedFrom } = result;
      const metrics = listMetrics(dev);
      const ended = result.stoppedEarly ? ', stopped early' : '';
      const resumed = resumedFrom > 0 ? `, ${resumedFrom} of them in an earlier run` : '';
      line(`teacher of ${result.numParameters} parameters -> ${result.out}`);
      line(
        `epoch ${result.bestEpoch} of ${epochs.length} kept${ended}; dev ${metrics}; ${formatDuration(result.seconds)}`,
      );
      line(`${updates} updates${resumed}; ${formatCount(result.tokensPerSecond)} tokens/s`);
      const { largestLogitDifference: largest, meanLogitDifference: mean, ...int8 } = result.int8;
      line(
        `int8: dev ${listMetrics(int8)}; logits differ by ${largest.toFixed(4)} at most, ${mean.toFixed(4)} on average`,
      );
    },
  });

function listMetrics(metrics: DevMetrics): string {
  return Object.entries(metrics)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${Number(value).toFixed(4)}`)
    .join(', ');
}
