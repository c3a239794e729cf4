// The process that scores for a worker or a pool, started by scoring-child.ts: `run()` of a model blocks its thread, and a model
// may crash or be killed for memory; the worker beside it renews its locks and lives on. Not for direct use.

import { fingerprintJson, type Json } from '../foundation/fingerprint.js';
import { readFinishedShard } from '../jobs/shard-runner.js';
import type { Scoring } from './scoring.js';
import type { FinishedOrder, ShardAnswer, ShardOrder } from './scoring-messages.js';
import { expectShard, openRequestedScoring } from './scoring-request.js';

/** The scoring that is open; the teacher stays loaded while jobs are of the same one. */
let open: { key: string; scoring: Scoring } | undefined;

async function answer(order: ShardOrder): Promise<ShardAnswer> {
  try {
    const finished = await scoreShard(order);
    if (finished !== undefined) return { finished };
    // The scoring believes what it once made. If that was deleted since, it is opened anew.
    await closeScoring();
    const again = await scoreShard(order);
    if (again !== undefined) return { finished: again };
    throw new Error(`${order.shard.file} was written and cannot be read back`);
  } catch (error) {
    const { code, message, hint } = error as { code?: string; message: string; hint?: string };
    return { error: { code, message, hint } };
  }
}

/** The finished shard as it can be read back, if it can. */
async function scoreShard(order: ShardOrder): Promise<FinishedOrder | undefined> {
  const scoring = await openFor(order);
  expectShard(scoring, order.shard);
  const before = scoring.counts();
  await scoring.scoreShard(order.shard.index);
  tellNow();
  const after = scoring.counts();
  const shard = await readFinishedShard(scoring.folder, order.shard);
  if (shard === undefined) return undefined;
  const reused = after.numReused > before.numReused;
  return { shard, reused, numFailedRows: after.numFailedRows - before.numFailedRows };
}

/** Where the worker is gone there is nobody to tell, and `disconnect` ends this process. */
function tell(answer: ShardAnswer): void {
  process.send?.(answer, undefined, undefined, () => undefined);
}

/** Batches are told together, a few times a second. */
const TELL_INTERVAL_MS = 300;
let [untoldRows, untoldTokens, toldMs] = [0, 0, 0];

function tellScored(numRows: number, numTokens: number): void {
  untoldRows += numRows;
  untoldTokens += numTokens;
  if (performance.now() - toldMs >= TELL_INTERVAL_MS) tellNow();
}

function tellNow(): void {
  if (untoldRows === 0) return;
  const answer: ShardAnswer = { scored: { numRows: untoldRows, numTokens: untoldTokens } };
  tell(answer);
  [untoldRows, untoldTokens, toldMs] = [0, 0, performance.now()];
}

async function openFor(order: ShardOrder): Promise<Scoring> {
  const { request, teacher, threads } = order;
  const key = fingerprintJson([request as Json, teacher ?? null, threads ?? null]);
  if (open?.key === key) return open.scoring;
  await closeScoring();
  const scoring = await openRequestedScoring(request, { teacher, threads, onScored: tellScored });
  open = { key, scoring };
  return scoring;
}

async function closeScoring(): Promise<void> {
  const closing = open;
  open = undefined;
  await closing?.scoring.close();
}

process.on('message', (order: ShardOrder) => {
  void answer(order).then(tell);
});
// The worker is gone, or wants no more: whatever is half done has not been renamed into place.
process.on('disconnect', () => process.exit(0));
// A terminal sends its signals to every process; the worker decides when this one ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
