// `worker`: does the shards of a queue on this machine, until the process is told to stop.
import { parseQueueUrl } from '../../jobs/queue-address.js';
import { integer, optionalPath, text } from '../options.js';
import { startQueueWorker } from '../queue-worker.js';
import { defineVerb } from '../verb.js';

export const workerVerb = defineVerb({
  name: 'worker',
  summary:
    'Do the shards of a queue (score --queue), any number of workers on any number of machines.',
  options: {
    queue: {
      ...text('Queue to take shards from.', '<redis://host:port>'),
      required: true,
    },
    teacher: optionalPath(
      'Copy of the teacher folder to load, on a disk of this machine, instead of the one that was submitted; its fingerprint must agree.',
      '<dir>',
    ),
    concurrency: integer(
      'Shards at a time, each with a teacher in a process of its own; they share the --threads.',
      1,
      { min: 1, max: 64 },
    ),
    lockSeconds: integer(
      'A shard whose worker was not heard of for so long goes to another worker.',
      30,
      { min: 1, max: 3600 },
    ),
    graceSeconds: integer(
      'After SIGTERM or SIGINT: how long the current shards may still take; then they are given back. The process ends 10 s later at most.',
      60,
      { min: 0, max: 86_400 },
    ),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: () => [],
  run: ({ queue, ...options }, { threads, progress }) =>
    startQueueWorker({ ...options, address: parseQueueUrl(queue as string), threads, progress }),
});
