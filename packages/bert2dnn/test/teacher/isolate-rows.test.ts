// Isolating rows that a model fails on: against a naive run of every row alone, on any rows and any failures.
import { AutodiffError } from '@bert2dnn/autodiff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runIsolated } from '../../src/teacher/isolate-rows.js';

type Fate = 'fine' | 'refused' | 'nan';

/** A model whose row r has the values [r, -r], unless its fate is another. */
async function isolate(fates: readonly Fate[]) {
  const accepted = new Map<number, number[]>();
  const rejected: [number, string][] = [];
  let numRuns = 0;
  await runIsolated(
    Int32Array.from(fates, (_, row) => row),
    {
      columns: ['logit 0', 'logit 1'],
      async run(rows) {
        numRuns++;
        if (rows.some((row) => fates[row] === 'refused')) {
          throw new AutodiffError('RUN_FAILED', 'an id outside the table');
        }
        const valuesOf = (row: number) => [row, fates[row] === 'nan' ? Number.NaN : -row];
        return Float32Array.from([...rows].flatMap(valuesOf));
      },
      accept(rows, values) {
        rows.forEach((row, index) => {
          accepted.set(row, [...values.subarray(2 * index, 2 * index + 2)]);
        });
      },
      reject: (row, reason) => rejected.push([row, reason]),
    },
  );
  return { accepted, rejected, numRuns };
}

describe('runIsolated', () => {
  it('accepts what is fine and rejects what fails alone, each row once, in order', async () => {
    const fate = fc.constantFrom<Fate>('fine', 'fine', 'fine', 'refused', 'nan');
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: 1, maxLength: 40 }), async (fates) => {
        const { accepted, rejected } = await isolate(fates);
        const rows = fates.map((_, row) => row);
        expect([...accepted]).toEqual(
          rows.filter((row) => fates[row] === 'fine').map((row) => [row, [row, -row]]),
        );
        expect(rejected).toEqual(
          rows
            .filter((row) => fates[row] !== 'fine')
            .map((row) => [
              row,
              fates[row] === 'nan'
                ? 'logit 1 is NaN, expected a finite number'
                : 'an id outside the table',
            ]),
        );
      }),
    );
  });

  it('needs one run without a bad row and 2 log2(n) more for one', async () => {
    const fates = Array.from({ length: 64 }, (): Fate => 'fine');
    expect((await isolate(fates)).numRuns).toBe(1);
    fates[37] = 'nan';
    expect((await isolate(fates)).numRuns).toBe(1 + 2 * 6);
  });

  it('passes on what is no refused run', async () => {
    const run = runIsolated(Int32Array.of(0, 1), {
      columns: ['logit 0'],
      run: async () => {
        throw new AutodiffError('RELEASED', 'session: run() after release()');
      },
      accept: () => undefined,
      reject: () => undefined,
    });
    await expect(run).rejects.toMatchObject({ code: 'RELEASED' });
  });
});
