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
      line(
        `${produced} shards scored in ${precision}, ${reused} found done, ${total} in all -> ${result.out}`,
      );
      if (produced > 0)
        line(`${formatCount(result.rowsPerSecond)} rows/s, ${formatDuration(result.seconds)}`);
      if (!result.complete)
        line('other shards are still to be scored: the manifest comes with the last one');
    },
  });
