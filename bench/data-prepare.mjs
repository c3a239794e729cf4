// One `prepare` in a process of its own, for its memory: prints seconds, the high-water mark and the result as JSON.
import { readFileSync } from 'node:fs';
import { prepare } from '../packages/bert2dnn/dist/data/index.js';

/** The process's highest resident memory in bytes; Linux keeps it. */
function peakBytes() {
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found[1]) * 1024;
}

const options = JSON.parse(process.argv[2]);
const startMs = performance.now();
const progress = {
  start: () => ({ advance: () => undefined, done: () => undefined }),
  note: (message) => {
    if (process.env.BERT2DNN_STEPS)
      console.error(((performance.now() - startMs) / 1000).toFixed(1), message);
  },
};
const result = await prepare({ ...options, progress });
const seconds = (performance.now() - startMs) / 1000;
console.log(JSON.stringify({ seconds, peakBytes: peakBytes(), result }));
