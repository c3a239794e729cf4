// `data stats` on generated logs in Parquet: rows a second and peak memory. `-- data-stats 1000000 10000000`, or one log
// that is there already: `-- data-stats --log DIR`.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataStats } from '../packages/bert2dnn/dist/index.js';
import { writeGeneratedLog } from './data-log.mjs';
import { printTable } from './measure.mjs';

/** Prints a row a log. */
export async function run(options) {
  const rows = [];
  if (options[0] === '--log') rows.push(await measure(options[1]));
  else {
    for (const size of options.length === 0 ? [1_000_000] : options.map(Number)) {
      const out = mkdtempSync(join(tmpdir(), 'bert2dnn-log-'));
      try {
        await writeGeneratedLog({ rows: size, out, format: 'parquet' });
        rows.push(await measure(out));
      } finally {
        rmSync(out, { recursive: true });
      }
    }
  }
  printTable(['rows', 'files', 'seconds', 'rows a second', 'peak memory of the process, MB'], rows);
}

async function measure(folder) {
  const startMs = performance.now();
  const { parts } = await dataStats({ input: [folder], label: 'clicked' });
  const seconds = (performance.now() - startMs) / 1000;
  const [{ rows }] = parts;
  return [
    rows.toLocaleString('en-US'),
    readdirSync(folder).length,
    seconds.toFixed(1),
    Math.round(rows / seconds).toLocaleString('en-US'),
    Math.round(process.resourceUsage().maxRSS / 1024),
  ];
}
