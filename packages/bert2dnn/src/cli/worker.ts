// What `worker` prints; the first SIGINT or SIGTERM lets it finish what is under way, the second ends it at once.
import { workerVerb } from '../pipeline/verbs/worker.js';
import { createCommand } from './command.js';

export const workerCommand = () =>
  createCommand({
    verb: workerVerb,
    print(result, line) {
      line(
        `worker ${result.worker} takes shards from ${result.queue}, ${result.concurrency} at a time`,
      );
    },
    started(worker) {
      let isEnding = false;
      const end = (): void => {
        if (isEnding) {
          worker.kill();
          process.exit(130);
        }
        isEnding = true;
        const { endsWithinSeconds } = worker;
        process.stderr.write(
          `ending: current shards are finished or given back, within ${endsWithinSeconds} s; once more ends at once\n`,
        );
        void worker.close().then(() => process.exit(0));
      };
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.removeAllListeners(signal).on(signal, end);
      }
    },
  });
