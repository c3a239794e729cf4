// What `jobs` prints: a view that redraws itself on a terminal, one JSON line elsewhere.
import { formatCount, formatDuration } from '../foundation/progress.js';
import { parseQueueUrl } from '../jobs/queue-address.js';
import type { QueueSnapshot } from '../jobs/redis-queue.js';
import { jobsVerb } from '../pipeline/verbs/jobs.js';
import { createCommand } from './command.js';
import { formatTable } from './terminal.js';

const REDRAW_MS = 1000;
const MAX_ROWS = 15;
const HOME_AND_CLEAR = '\u001b[H\u001b[J';

export const jobsCommand = () =>
  createCommand({
    verb: jobsVerb,
    print(snapshot, line) {
      if (process.stdout.isTTY !== true) line(JSON.stringify(snapshot));
    },
    started(snapshot, { values, json }) {
      if (process.stdout.isTTY !== true || json) return;
      // Whoever ends a view has not interrupted any work.
      process.removeAllListeners('SIGINT').once('SIGINT', () => process.exit(0));
      redraw(snapshot, values.queue as string).catch((error: Error) => {
        process.stderr.write(`error: ${error.message}\n`);
        process.exit(1);
      });
    },
  });

/** Draws until the process is interrupted. While Redis is away the last view stays. */
async function redraw(first: QueueSnapshot, url: string): Promise<void> {
  const { ShardQueue } = await import('../jobs/redis-queue.js');
  const queue = await ShardQueue.open(parseQueueUrl(url));
  let snapshot = first;
  for (;;) {
    process.stdout.write(`${HOME_AND_CLEAR}${formatSnapshot(snapshot).join('\n')}\n`);
    await new Promise((resolve) => setTimeout(resolve, REDRAW_MS));
    snapshot = await queue.snapshot();
  }
}

/** A snapshot as lines for people. */
export function formatSnapshot(snapshot: QueueSnapshot): string[] {
  const { counts, active, failed, rowsPerSecond, secondsLeft, numWorkers } = snapshot;
  const left = secondsLeft === undefined ? '' : `, ${formatDuration(secondsLeft)} left`;
  const lines = [
    `${snapshot.queue}  ${numWorkers} workers`,
    `waiting ${counts.waiting}  active ${counts.active}  retried later ${counts.delayed}  finished ${counts.completed}  failed ${counts.failed}`,
    `${formatCount(rowsPerSecond)} rows/s${left}`,
  ];
  if (active.length > 0) {
    const rows = active
      .slice(0, MAX_ROWS)
      .map(({ worker, shard, ageSeconds }) => [
        worker,
        String(shard.index),
        formatCount(shard.numRows),
        formatDuration(ageSeconds),
      ]);
    lines.push('', ...formatTable(['worker', 'shard', 'rows', 'for'], rows));
    if (active.length > MAX_ROWS) lines.push(`and ${active.length - MAX_ROWS} more`);
  }
  if (failed.length > 0) lines.push('', 'failed');
  for (const { shard, attempts, error } of failed.slice(0, MAX_ROWS)) {
    lines.push(`  shard ${shard.index}, ${attempts} attempts: ${error}`);
  }
  return lines;
}
