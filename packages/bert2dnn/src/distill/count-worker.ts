// A worker thread that counts n-grams: ranges of rows as they are asked for, and at the end its runs.
import { threadId, workerData } from 'node:worker_threads';
import { answerRequests } from '../foundation/worker-pool.js';
import { type CounterSetting, type CountRange, VocabularyCounter } from './vocabulary-counter.js';

const counter = new VocabularyCounter(workerData as CounterSetting, `thread-${threadId}`);

answerRequests(async (request: CountRange | 'finish') => {
  if (request === 'finish') counter.spill();
  else await counter.count(request);
  return { result: counter.runs };
});
