// Timing: warm-up, then the median of repeated calls; and seeded numbers to feed.
import { createRandom } from '../packages/bert2dnn/dist/foundation/random.js';

/** Median milliseconds of `call`, after a warm-up; at least `least` calls and about `seconds` in all. */
export async function medianMs(call, { seconds = 3, least = 5 } = {}) {
  for (let index = 0; index < 2; index++) await call();
  const times = [];
  const startMs = performance.now();
  while (times.length < least || performance.now() - startMs < seconds * 1000) {
    const callMs = performance.now();
    await call();
    times.push(performance.now() - callMs);
  }
  return median(times);
}

/** Median of numbers, which are sorted by it; the upper one of an even count. */
export function median(values) {
  return values.sort((left, right) => left - right)[values.length >> 1];
}

/** Seeded uniform numbers in [-scale, scale). */
export function uniform(size, scale, purpose) {
  const random = createRandom(1, purpose);
  return Float32Array.from({ length: size }, () => (random.next() * 2 - 1) * scale);
}

/** Prints rows as a Markdown table. */
export function printTable(header, rows) {
  console.log(`| ${header.join(' | ')} |`);
  console.log(`|${header.map(() => '---').join('|')}|`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}
