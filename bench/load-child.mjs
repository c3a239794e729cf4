// Child of bench/load.mjs: loads a student and scores one pair; prints milliseconds and the high-water mark of memory in
// bytes, as JSON. Arguments: the file; `path`, `bytes` or `nothing`; and the checkout whose package loads it. On Linux.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [path, way, root] = process.argv.slice(2);
const module = join(root, 'packages/student/dist/node/index.js');
const { loadStudent } = await import(pathToFileURL(module).href);
const startMs = performance.now();
if (way !== 'nothing') {
  const student = await loadStudent(way === 'path' ? path : await readFile(path));
  student.score(['cordless drill', 'DeWalt 20V Max Drill']);
}
const ms = performance.now() - startMs;
// Not maxRSS, which a process has from the one that started it.
const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
console.log(JSON.stringify({ ms, bytes: Number(kibibytes) * 1024 }));
