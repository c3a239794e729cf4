// A scoring process that fails at shard 1 and does the others as it should.
import { openRequestedScoring } from '../../dist/teacher/scoring-request.js';

let scoring;
process.on('message', async ({ request, shard }) => {
  if (shard.index === 1) {
    process.send({ error: { code: 'NOT_FINITE', message: 'row 12: the logit is NaN' } });
    return;
  }
  scoring ??= await openRequestedScoring(request);
  const finished = await scoring.scoreShard(shard.index);
  process.send({ finished: { shard: finished, reused: false, numFailedRows: 0 } });
});
process.on('disconnect', () => process.exit(0));
