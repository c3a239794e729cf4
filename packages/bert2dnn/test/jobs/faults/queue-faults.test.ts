// A short run of the faults; `npm run test:faults` makes the long one.
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, runFaults } from './fault-run.js';
import { REDIS_MISSING } from './redis-process.js';

describe('a scoring through a queue', () => {
  it('loses and doubles nothing under two faults of each kind', async (context) => {
    context.skip(REDIS_MISSING !== undefined, REDIS_MISSING);
    const report = await runFaults({
      numFaults: 2 * FAULT_KINDS.length,
      seed: 1,
      numShards: 60,
      shardRows: 5,
      numWorkers: 2,
    });
    expect(Object.values(report.faults)).toEqual(FAULT_KINDS.map(() => 2));
    expect(report).toMatchObject({ rowsLost: 0, rowsDoubled: 0, filesWrong: [] });
    expect(report.numRows).toBeGreaterThan(0);
  });
});
