// A worker thread of the mining pool: does the tasks that it is asked for.
import { workerData } from 'node:worker_threads';
import { answerRequests } from '../../foundation/worker-pool.js';
import type { MiningSetting, MiningTask } from './mining-task.js';
import { QueryMiner } from './query-miner.js';

const miner = new QueryMiner(workerData as MiningSetting);

answerRequests(async (task: MiningTask) => {
  miner.run(task);
  return { result: undefined };
});
