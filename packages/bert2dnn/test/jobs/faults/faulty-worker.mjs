// A worker for the fault tests, as `bert2dnn worker` but less patient: node faulty-worker.mjs <url>
import { SILENT } from '../../../dist/foundation/progress.js';
import { parseQueueUrl } from '../../../dist/jobs/queue-address.js';
import { startQueueWorker } from '../../../dist/pipeline/queue-worker.js';

// Ends with the test.
process.on('disconnect', () => process.exit(1));
const address = parseQueueUrl(process.argv[2]);
for (;;) {
  try {
    await startQueueWorker({ address, lockSeconds: 1, silenceTimeoutMs: 1500, progress: SILENT });
    break;
  } catch (error) {
    // Redis is down at this moment; whoever starts workers starts them again.
    if (error.code !== 'QUEUE_UNREACHABLE') throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
