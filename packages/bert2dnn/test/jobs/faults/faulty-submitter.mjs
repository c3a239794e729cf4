// A submitter for the fault tests, as `bert2dnn score --queue` but less patient:
// node faulty-submitter.mjs <url> <teacher> <input> <out> <shardRows>
import { openExamples } from '../../../dist/data/index.js';
import { SILENT } from '../../../dist/foundation/progress.js';
import { scoreOnQueue } from '../../../dist/pipeline/queue-score.js';

// Ends with the test.
process.on('disconnect', () => process.exit(1));
const [queue, teacher, input, out, shardRows] = process.argv.slice(2);
const tuning = { attempts: 30, firstRetryMs: 50, silenceTimeoutMs: 1500 };
for (;;) {
  try {
    await scoreOnQueue({
      queue,
      teacher,
      input: await openExamples([input]),
      out,
      shardRows: Number(shardRows),
      progress: SILENT,
      reconcileMs: 1000,
      tuning,
    });
    break;
  } catch (error) {
    // Redis is down at this moment; whoever submits does it again.
    if (error.code !== 'QUEUE_UNREACHABLE') throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
process.exit(0);
