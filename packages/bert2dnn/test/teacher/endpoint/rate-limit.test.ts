// Token buckets under a clock that is moved by hand.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimit, secondsAtLimit } from '../../../src/teacher/endpoint/rate-limit.js';
import { HandClock } from './served.js';

async function admit(
  limits: { requestsPerMinute?: number; tokensPerMinute?: number },
  costs: number[],
) {
  const clock = new HandClock();
  const limit = new RateLimit(limits, clock);
  const times: number[] = [];
  await Promise.all(
    costs.map(async (cost) => {
      await limit.acquire(cost);
      times.push(clock.now);
    }),
  );
  return times;
}

describe('RateLimit', () => {
  it('paces requests: two at once, then one each half second', async () => {
    expect(await admit({ requestsPerMinute: 120 }, [0, 0, 0, 0, 0])).toEqual([
      0, 0, 500, 1000, 1500,
    ]);
  });

  it('lets any sums through only as the limit allows, in order', async () => {
    const cost = fc.integer({ min: 1, max: 3000 });
    await fc.assert(
      fc.asyncProperty(fc.array(cost, { minLength: 1, maxLength: 60 }), async (costs) => {
        const perMinute = 6000;
        const times = await admit({ tokensPerMinute: perMinute, requestsPerMinute: 100 }, costs);
        for (let first = 0; first < times.length; first++) {
          let tokens = 0;
          let numRequests = 0;
          for (let last = first; last < times.length; last++) {
            if (last > 0) expect(times[last]).toBeGreaterThanOrEqual(times[last - 1]);
            const minutes = (times[last] - times[first]) / 60_000;
            // The last one may leave a debt: all before it must be within the limit.
            expect(tokens).toBeLessThanOrEqual(
              perMinute * minutes + perMinute / 60 + costs[first] + 1e-6,
            );
            tokens += costs[last];
            numRequests++;
            expect(numRequests).toBeLessThanOrEqual(100 * minutes + 100 / 60 + 1 + 1e-6);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('a pause holds everything up', async () => {
    const clock = new HandClock();
    const limit = new RateLimit({}, clock);
    limit.pause(7000);
    limit.pause(3000);
    await limit.acquire(1);
    expect(clock.slept).toEqual([7000]);
  });

  it('a signal ends the waiting', async () => {
    const clock = new HandClock();
    const limit = new RateLimit({}, clock);
    limit.pause(7000);
    await limit.acquire(1, AbortSignal.abort());
    expect(clock.now).toBe(0);
  });
});

describe('secondsAtLimit', () => {
  it.each([
    [{}, 0],
    [{ requestsPerMinute: 60 }, 100],
    [{ requestsPerMinute: 60, tokensPerMinute: 600 }, 500],
  ])('%j', (limits, seconds) => {
    expect(secondsAtLimit(limits, 100, 5000)).toBeCloseTo(seconds, 9);
  });
});
