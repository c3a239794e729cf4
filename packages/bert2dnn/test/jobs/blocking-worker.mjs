// The mistake that a worker must not make, as a control: the model in the thread that renews the lock.
// node blocking-worker.mjs <url> <lockMs> <blockMs> <runsFile>
import { appendFileSync } from 'node:fs';
import { parseQueueUrl } from '../../dist/jobs/queue-address.js';
import { startShardWorker } from '../../dist/jobs/redis-queue.js';

const [url, lockMs, blockMs, runsFile] = process.argv.slice(2);
process.on('disconnect', () => process.exit(1));
await startShardWorker({
  address: parseQueueUrl(url),
  concurrency: 1,
  lockMs: Number(lockMs),
  async work({ shard }) {
    appendFileSync(runsFile, `${shard.index}\n`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(blockMs));
    const { file, start, numRows } = shard;
    return { file, start, numRows, sha256: '', seconds: 0 };
  },
});
