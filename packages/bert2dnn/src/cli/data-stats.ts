// What `data stats` prints: a paragraph a part, then what parts share and whether the files are those of the manifest.
import { dataStatsVerb } from '../pipeline/verbs/data-stats.js';
import { createCommand } from './command.js';
import { formatStats } from './data-stats-table.js';

export const dataStatsCommand = () =>
  createCommand({
    verb: dataStatsVerb,
    positional: { input: '<input...>' },
    print(stats, line) {
      for (const text of formatStats(stats)) line(text);
    },
  });
