// What `quickstart` prints: one table, and whether distillation helped.
import { formatDuration } from '../foundation/progress.js';
import { quickstartVerb } from '../pipeline/verbs/quickstart.js';
import { createCommand } from './command.js';
import { formatInterval, formatLatency, formatSize, formatTable } from './terminal.js';

export const quickstartCommand = () =>
  createCommand({
    verb: quickstartVerb,
    print(result, line) {
      line(
        `${result.testRows} held-out pairs of ${result.testQueries} queries that no model has seen; 95 % intervals`,
      );
      line('');
      const rows = result.lines.map(({ model, auc, ndcg, spearman, sizeBytes, latency }) => [
        model,
        formatInterval(auc),
        formatInterval(ndcg),
        formatInterval(spearman),
        sizeBytes === undefined ? '' : formatSize(sizeBytes),
        latency === undefined ? '' : formatLatency(latency.single.p50Ms),
        latency === undefined ? '' : formatLatency(latency.batch.p50Ms),
      ]);
      const header = ['model', 'AUC', 'nDCG@10', 'Spearman', 'size', 'one pair', 'in batches'];
      for (const text of formatTable(header, rows)) line(text);
      line('');
      line(`student / teacher, AUC:            ${formatInterval(result.retention)}`);
      line(`student / student of labels, AUC:  ${formatInterval(result.gain)}`);
      line(
        result.distillationHelps
          ? 'Distillation helps: the whole interval is above 1.'
          : 'Distillation does not help here: the interval reaches 1. See the lines of the teacher and of the clicks for why.',
      );
      line('');
      line(`${formatDuration(result.seconds)}; everything is in ${result.out}. Try:`);
      line(`  npx bert2dnn serve --model ${result.out}/student`);
    },
  });
