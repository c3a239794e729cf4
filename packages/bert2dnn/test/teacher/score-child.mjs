// Scores in a process of its own, to be killed: node score-child.mjs <teacher> <input> <out> <shardRows>
import { openExamples } from '../../dist/data/index.js';
import { score } from '../../dist/teacher/score.js';

const [teacher, input, out, shardRows] = process.argv.slice(2);
await score({ teacher, input: await openExamples([input]), out, shardRows: Number(shardRows) });
