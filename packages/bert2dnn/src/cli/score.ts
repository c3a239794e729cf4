// What `score` prints.
import { formatCount, formatDuration } from '../foundation/progress.js';
import { scoreVerb } from '../pipeline/verbs/score.js';
import { createCommand } from './command.js';

export const scoreCommand = () =>
  createCommand({
    verb: scoreVerb,
    print(result, line) {
      const { produced, reused, total } = result.shards;
      const { precision } = result.teacher;
      const { numFailedRows, embeddingSize } = result;
      line(
        `${produced} shards scored in ${precision}, ${reused} found done, ${total} in all -> ${result.out}`,
      );
      if (embeddingSize !== undefined)
        line(`${result.numOutputs} logits and a vector of ${embeddingSize} a row`);
      if (numFailedRows > 0)
        line(`${formatCount(numFailedRows)} rows without scores: failed-rows.tsv lists them`);
      if (produced > 0)
        line(`${formatCount(result.rowsPerSecond)} rows/s, ${formatDuration(result.seconds)}`);
      if (!result.complete)
        line('other shards are still to be scored: the manifest comes with the last one');
    },
  });
