// Loaded into a worker with --import: while the file SLOW_DISK_SWITCH exists, each sync, rename and removal takes up to
// 200 ms longer, so that kills and cuts meet a shard between its steps.
import { existsSync, promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const switchFile = process.env.SLOW_DISK_SWITCH;
let state = process.pid;

async function pause() {
  if (!existsSync(switchFile)) return;
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  await new Promise((resolve) => setTimeout(resolve, state % 200));
}

for (const name of ['rename', 'rm', 'open', 'mkdir']) {
  const original = promises[name];
  promises[name] = async (...args) => {
    await pause();
    return original(...args);
  };
}
syncBuiltinESMExports();
