// The two tasks of this experiment as TSV files: SST-2 as it is, Home Depot split by query.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readTable } from 'bert2dnn';
import { writeFileAtomically } from '../../packages/bert2dnn/dist/foundation/files.js';

/** What is trained and measured, and PyTorch's figures on the same dev rows (teachers/README.md of the shared folder). */
export const TASKS = {
  sst2: {
    columns: { text: 'sentence', label: 'label' },
    // Two logits and softmax, as PyTorch's.
    training: { classes: ['0', '1'] },
    epochs: 2,
    metrics: ['accuracy', 'auc'],
    goal: { metric: 'accuracy', pytorch: 0.9014, tolerance: 0.005 },
  },
  homedepot: {
    columns: { fields: { query: 'query', title: 'title' }, label: 'relevance', labelRange: [1, 3] },
    epochs: 2,
    metrics: ['auc', 'spearman', 'rmse', 'ndcg@10'],
    goal: { metric: 'auc', pytorch: 0.7565, tolerance: 0.005 },
  },
};

/** Files `{train, dev}` of a task; Home Depot's are written to `work` first. */
export async function openTask(task, { shared, work }) {
  const data = join(shared, 'data');
  if (task === 'sst2') {
    const [train, dev] = ['train', 'dev'].map((part) => join(data, 'sst2', `${part}.tsv.gz`));
    return { train, dev };
  }
  const files = { train: join(work, 'homedepot-train.tsv'), dev: join(work, 'homedepot-dev.tsv') };
  await mkdir(work, { recursive: true });
  const lines = { train: ['query\ttitle\trelevance'], dev: ['query\ttitle\trelevance'] };
  const source = join(data, 'search', 'homedepot.tsv.gz');
  for await (const { texts } of readTable(source, { texts: ['query', 'title', 'relevance'] })) {
    const [queries, titles, grades] = texts;
    queries.forEach((query, row) => {
      lines[isDevQuery(query) ? 'dev' : 'train'].push(`${query}\t${titles[row]}\t${grades[row]}`);
    });
  }
  for (const [part, file] of Object.entries(files)) {
    await writeFileAtomically(file, `${lines[part].join('\n')}\n`);
  }
  return files;
}

/** A tenth of the queries, by hash: the rule of the shared teachers. */
function isDevQuery(query) {
  const digest = createHash('sha1').update(query, 'utf8').digest('hex');
  return Number.parseInt(digest.slice(0, 8), 16) % 10 === 0;
}
