// A scoring process whose model blocks its thread for long: BLOCK_MS by the environment. Says in RUNS_FILE that it began.
import { appendFileSync } from 'node:fs';

process.on('message', ({ shard }) => {
  appendFileSync(process.env.RUNS_FILE, `${shard.index}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.env.BLOCK_MS));
  const { file, start, numRows } = shard;
  const finished = { file, start, numRows, sha256: '', seconds: 0 };
  process.send({ finished: { shard: finished, reused: false, numFailedRows: 0 } });
});
process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
