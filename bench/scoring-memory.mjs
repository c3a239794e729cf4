// Child of bench/scoring.mjs: scores a file with a small teacher and prints rows a second and the high-water mark of its
// memory in bytes, as JSON. Arguments: teacher folder, file, folder of the scores.
import { readFile } from 'node:fs/promises';
import { openExamples } from '../packages/bert2dnn/dist/data/index.js';
import { score } from '../packages/bert2dnn/dist/teacher/score.js';

const [teacher, file, out] = process.argv.slice(2);
const { shards, rowsPerSecond } = await score({ teacher, input: await openExamples([file]), out });
// Linux counts the parent's memory into a child's maxRSS; VmHWM is the child's own. Both are in kilobytes.
const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
const own = /^VmHWM:\s*(\d+) kB/m.exec(status)?.[1];
const bytes = Number(own ?? process.resourceUsage().maxRSS) * 1024;
console.log(JSON.stringify({ bytes, rowsPerSecond, numShards: shards.total }));
