// What `export` prints.
import type { StorageLoss } from '../export/storage-loss.js';
import { formatCount } from '../foundation/progress.js';
import { exportVerb } from '../pipeline/verbs/export.js';
import { closeOnSignal } from './close-on-signal.js';
import { createCommand } from './command.js';
import { formatSize, formatTable } from './terminal.js';

export const exportCommand = () =>
  createCommand({
    verb: exportVerb,
    print({ format, from, precision, files, sizeBytes, out, loss, server }, line) {
      line(`student as ${format}, ${precision}, ${formatSize(sizeBytes)} -> ${out}`);
      if (files.length > 1) {
        for (const file of files) line(`  ${file.path}, ${formatSize(file.sizeBytes)}`);
      }
      if (loss !== undefined) printLoss(loss, { from, precision }, line);
      else if (from !== precision) {
        line(`what ${precision} costs was not measured; --input FILE --label COLUMN measures it`);
      }
      if (server !== undefined) line(`serving it at ${server.url} until Ctrl-C`);
      else if (format === 'browser') line(`to look at it: --serve 0, or npx serve ${out}`);
    },
    started({ server }) {
      if (server !== undefined) closeOnSignal(server);
    },
  });

function printLoss(
  { numRows, equalDecisions, meanDifference, maxDifference, gold }: StorageLoss,
  { from, precision }: { from: string; precision: string },
  line: (text: string) => void,
): void {
  line('');
  line(`${precision} against ${from} on ${formatCount(numRows)} rows:`);
  line(`  ${(100 * equalDecisions).toFixed(2)} % of decisions are equal`);
  line(
    `  probabilities differ by ${meanDifference.toFixed(5)} on average, ${maxDifference.toFixed(5)} at most`,
  );
  const rows = Object.entries(gold).map(([name, { before, after }]) => {
    const change = `${after < before ? '' : '+'}${(after - before).toFixed(5)}`;
    return [name, before.toFixed(4), after.toFixed(4), change];
  });
  if (rows.length === 0) return;
  line('');
  for (const text of formatTable(['against the labels', from, precision, 'change'], rows)) {
    line(text);
  }
}
