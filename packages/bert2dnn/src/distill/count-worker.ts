// A worker thread that counts n-grams: ranges of rows as they are asked for, then partitions.
import { threadId, workerData } from 'node:worker_threads';
import { answerRequests } from '../foundation/worker-pool.js';
import type { CountAnswer, CountRequest } from './count-ranges.js';
import { type CounterSetting, VocabularyCounter } from './vocabulary-counter.js';

const counter = new VocabularyCounter(workerData as CounterSetting, `thread-${threadId}`);

answerRequests(async (request: CountRequest): Promise<{ result: CountAnswer }> => {
  if (request === 'spill') {
    counter.spill();
    return { result: { prefixes: counter.prefixes } };
  }
  if ('partition' in request) return { result: { best: counter.bestOf(request) } };
  await counter.count(request);
  return { result: {} };
});
