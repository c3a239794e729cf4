// A prepare in a process of its own, to be killed: node prepare-child.mjs <options.json> <mode> <at>
// Counts its statements and its changes of folders. At number <at> it kills itself (`kill`: before an even one, in the
// midst of an odd one) or waits for ever (`pause`, after a line on stdout). At the end it prints their number.
import { readFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DuckDBConnection } from '@duckdb/node-api';
import { prepare } from '../../../dist/data/index.js';

const [optionsPath, mode, at] = process.argv.slice(2);
let numOperations = 0;

function countCalls(holder, name) {
  const original = holder[name];
  holder[name] = function (...values) {
    numOperations++;
    if (numOperations !== Number(at)) return original.apply(this, values);
    if (mode === 'pause') {
      setInterval(() => undefined, 1000);
      process.stdout.write('paused\n');
      return new Promise(() => undefined);
    }
    if (numOperations % 2 === 0) process.kill(process.pid, 'SIGKILL');
    setImmediate(() => process.kill(process.pid, 'SIGKILL'));
    return original.apply(this, values);
  };
}

for (const name of ['mkdir', 'rename', 'rm', 'open']) countCalls(promises, name);
syncBuiltinESMExports();
for (const name of ['run', 'runAndReadAll', 'stream', 'createAppender']) {
  countCalls(DuckDBConnection.prototype, name);
}

await prepare(JSON.parse(readFileSync(optionsPath, 'utf8')));
process.stdout.write(`${numOperations}\n`);
