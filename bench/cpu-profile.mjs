// What CPU profiles of a process say, thread by thread: the functions that took the most of its samples.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Functions of a thread that are named. */
const NUM_NAMED = 8;
/** Shortest thread that is listed, in seconds. */
const LEAST_SECONDS = 1;

/** A row for each thread of process `pid` whose profile is in `folder`: seconds not idle, and the largest shares of them. */
export function summarizeProfiles(folder, pid) {
  const files = readdirSync(folder).filter((file) => file.includes(`.${pid}.`));
  return files.sort().flatMap((file) => {
    const { seconds, total } = addUp(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    if (total < LEAST_SECONDS) return [];
    const largest = [...seconds].sort(([, left], [, right]) => right - left).slice(0, NUM_NAMED);
    const named = largest.map(([name, own]) => `${name} ${Math.round((100 * own) / total)} %`);
    return [[file.split('.').at(-3), total.toFixed(1), named.join(', ')]];
  });
}

/** Seconds of each function itself, without what it calls. A wait for other threads counts as work of who waits. */
function addUp({ nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const seconds = new Map();
  let total = 0;
  samples.forEach((id, index) => {
    const name = names.get(id);
    if (name === '(idle)') return;
    const own = timeDeltas[index] / 1e6;
    seconds.set(name, (seconds.get(name) ?? 0) + own);
    total += own;
  });
  return { seconds, total };
}

function nameOf({ functionName, url }) {
  return url === '' ? functionName : `${basename(url)}:${functionName || 'anonymous'}`;
}
