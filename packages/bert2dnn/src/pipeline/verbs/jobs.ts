// `jobs`: what a queue holds now.
import { parseQueueUrl } from '../../jobs/queue-address.js';
import { text } from '../options.js';
import { defineVerb } from '../verb.js';

export const jobsVerb = defineVerb({
  name: 'jobs',
  summary: 'Show the shards of a queue: waiting, active, finished, failed.',
  options: {
    queue: { ...text('Queue to look at.', '<redis://host:port>'), required: true },
  },
  outIn: (stageFolder) => stageFolder,
  inputs: () => [],
  async run({ queue }) {
    const { ShardQueue } = await import('../../jobs/redis-queue.js');
    const opened = await ShardQueue.open(parseQueueUrl(queue as string), { mustExist: true });
    try {
      return await opened.snapshot();
    } finally {
      await opened.close();
    }
  },
});
