// Child of bench/teacher.mjs: trains for a few updates and prints the high-water mark of its memory in bytes, as JSON.
// Arguments: B and one length S or more; with several, every length is trained in turn.
import { createBatch, createModel, createTraining } from './teacher-model.mjs';

const [B, ...lengths] = process.argv.slice(2).map(Number);
const training = await createTraining(createModel(), 1);
for (const S of lengths.length === 1 ? Array(4).fill(lengths[0]) : lengths) {
  await training.update(createBatch(B, S));
}
await training.release();
// maxRSS is in kilobytes.
console.log(JSON.stringify({ bytes: process.resourceUsage().maxRSS * 1024 }));
