// What `export` prints.
import { exportVerb } from '../pipeline/verbs/export.js';
import { createCommand } from './command.js';
import { formatSize } from './terminal.js';

export const exportCommand = () =>
  createCommand({
    verb: exportVerb,
    print({ format, precision, files, sizeBytes, out }, line) {
      line(`student as ${format}, ${precision}, ${formatSize(sizeBytes)} -> ${out}`);
      if (files.length === 1) return;
      for (const file of files) line(`  ${file.path}, ${formatSize(file.sizeBytes)}`);
    },
  });
