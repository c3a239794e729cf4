// A worker thread of the feature store: makes or reads the shards that it is asked for and hands over their bytes.
import { workerData } from 'node:worker_threads';
import { answerRequests } from '../foundation/worker-pool.js';
import { ShardMaker, type ShardSetting } from './shard-maker.js';

const maker = new ShardMaker(workerData as ShardSetting);

answerRequests(async (shardIndex: number) => {
  const result = await maker.make(shardIndex);
  return { result, transfer: [result.bytes] };
});
