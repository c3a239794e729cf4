// What `pretrain` prints.
import { formatCount, formatDuration } from '../foundation/progress.js';
import { pretrainVerb } from '../pipeline/verbs/pretrain.js';
import { createCommand } from './command.js';

export const pretrainCommand = () =>
  createCommand({
    verb: pretrainVerb,
    print(result, line) {
      const { loss, perplexity, accuracy } = result.dev;
      line(
        `encoder of ${result.numParameters} parameters, ${formatCount(result.numRows)} rows of ${formatCount(result.numTokens)} tokens -> ${result.out}`,
      );
      line(
        `epoch ${result.bestEpoch} of ${result.epochs.length} kept; held out ${formatCount(result.numHeldOut)} rows: loss ${loss.toFixed(4)}, perplexity ${perplexity.toFixed(1)}, accuracy ${accuracy.toFixed(4)}; ${formatDuration(result.seconds)}`,
      );
      line(`next: bert2dnn finetune --model ${result.out} --train ... --dev ... --out ...`);
    },
  });
