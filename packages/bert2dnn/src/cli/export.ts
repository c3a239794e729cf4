// What `export` prints.
import { exportVerb } from '../pipeline/verbs/export.js';
import { createCommand } from './command.js';
import { formatSize } from './terminal.js';

export const exportCommand = () =>
  createCommand({
    verb: exportVerb,
    print({ format, precision, files, sizeBytes, out, server }, line) {
      line(`student as ${format}, ${precision}, ${formatSize(sizeBytes)} -> ${out}`);
      if (files.length === 1) return;
      for (const file of files) line(`  ${file.path}, ${formatSize(file.sizeBytes)}`);
      if (server !== undefined) line(`serving it at ${server.url}`);
      else if (format === 'browser') line('look at it with --serve 0, or: npx serve ' + out);
    },
    started({ server }) {
      if (server === undefined) return;
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.removeAllListeners(signal).once(signal, () => void server.close());
      }
    },
  });
