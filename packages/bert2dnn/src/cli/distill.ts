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
      if (result.numPruned > 0) line(`${formatCount(result.numPruned)} n-grams left out`);
      if (result.isAutoRate) {
        line(
          `learning rate ${formatRate(result.learningRate)}, of the tables ${formatRate(result.embeddingLearningRate)}`,
        );
      }
      if (result.resumedFrom > 0) line(`went on from update ${result.resumedFrom}`);
      for (const { block, numRows, share, numFeatures } of result.collisions ?? []) {
        const seen = numFeatures === undefined ? 'more' : `about ${formatCount(numFeatures)}`;
        line(
          `block ${block}: ${seen} features in ${formatCount(numRows)} hashed rows, ${formatShare(share)} share a row`,
        );
      }
      line(
        `${formatCount(result.examplesPerSecond)} examples/s, ${formatDuration(result.seconds)} in all`,
      );
    },
  });

function formatShare(share: number): string {
  return share > 0.9995 ? 'nearly all' : `${(share * 100).toFixed(1)} %`;
}

/** Three digits are more than a search knows. */
function formatRate(rate: number): string {
  return `${Number(rate.toPrecision(3))}`;
}
