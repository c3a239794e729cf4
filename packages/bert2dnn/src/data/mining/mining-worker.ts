// A worker thread of the mining pool: does one task after the other and says when each is done.
import { parentPort, workerData } from 'node:worker_threads';
import type { MiningSetting, MiningTask } from './mining-task.js';
import { QueryMiner } from './query-miner.js';

const miner = new QueryMiner(workerData as MiningSetting);

parentPort?.on('message', (task: MiningTask) => {
  miner.run(task);
  parentPort?.postMessage('done');
});
