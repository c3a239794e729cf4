// A worker thread that counts n-grams: ranges of rows as they are asked for, and at the end its runs.
import { threadId, workerData } from 'node:worker_threads';
import { type CounterSetting, type CountRange, VocabularyCounter } from './vocabulary-counter.js';
import { answerRequests } from './worker-pool.js';

const counter = new VocabularyCounter(workerData as CounterSetting, `thread-${threadId}`);

answerRequests(async (request: CountRange | 'finish') => {
  if (request === 'finish') counter.spill();
  else await counter.count(request);
  return { result: counter.runs };
});
