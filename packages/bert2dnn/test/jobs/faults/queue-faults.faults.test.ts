// The long run of the faults: npm run test:faults. BERT2DNN_FAULTS (default 500) says how many, BERT2DNN_FAULT_SEED which.
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, runFaults } from './fault-run.js';
import { REDIS_MISSING } from './redis-process.js';

const numFaults = Number(process.env.BERT2DNN_FAULTS ?? 500);
const seed = Number(process.env.BERT2DNN_FAULT_SEED ?? 1);

describe('a scoring through a queue', () => {
  it(`loses and doubles nothing under ${numFaults} faults`, async (context) => {
    context.skip(REDIS_MISSING !== undefined, REDIS_MISSING);
    const startMs = performance.now();
    const report = await runFaults({
      numFaults,
      seed,
      numShards: 300,
      shardRows: 5,
      numWorkers: 2,
    });
    const seconds = Math.round((performance.now() - startMs) / 1000);
    console.log(JSON.stringify({ seed, seconds, ...report }));
    const counts = Object.values(report.faults);
    expect(counts.reduce((sum, count) => sum + count)).toBe(numFaults);
    expect(Math.min(...counts)).toBe(Math.floor(numFaults / FAULT_KINDS.length));
    expect(report).toMatchObject({ rowsLost: 0, rowsDoubled: 0, filesWrong: [] });
  });
});
