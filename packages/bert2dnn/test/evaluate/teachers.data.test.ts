// The whole stage on real teachers and held-out rows against figures made with PyTorch (teachers/README.md).
// Needs the folder BERT2DNN_SHARED with data/ and teachers/.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ExampleColumns } from '../../src/data/example-columns.js';
import { openExamples } from '../../src/data/examples.js';
import { evaluateModel } from '../../src/evaluate/evaluate.js';
import { openScorer } from '../../src/evaluate/open-scorer.js';

const shared = process.env['BERT2DNN_SHARED'];
const reason = shared === undefined ? ' (BERT2DNN_SHARED is not set)' : '';

async function evaluateTeacher(
  name: string,
  file: string,
  columns: ExampleColumns,
  positive?: number,
) {
  const input = await openExamples([file], columns, { label: true });
  const model = await openScorer(join(shared ?? '', 'teachers', name), { threads: 2 });
  const { gold } = await evaluateModel({ model, input, positive, bootstrap: 200 });
  await model.release();
  return { gold };
}

describe.skipIf(shared === undefined)(`teachers on their dev sets${reason}`, () => {
  it('SST-2: accuracy 0.9014', async () => {
    const file = join(shared ?? '', 'data/sst2/dev.tsv.gz');
    const columns = { fields: { text: 'sentence' }, label: 'label' };
    const { gold } = await evaluateTeacher('minilm-l6-sst2', file, columns);
    expect(gold['accuracy'].value.toFixed(4)).toBe('0.9014');
  });

  it('Home Depot: AUC .7565, Spearman .5174, RMSE .474 grades, nDCG@10 .897', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bert2dnn-homedepot-'));
    try {
      const file = join(folder, 'dev.tsv');
      const packed = readFileSync(join(shared ?? '', 'data/search/homedepot.tsv.gz'));
      const [header, ...rows] = gunzipSync(packed).toString().trimEnd().split('\n');
      const dev = rows.filter((row) => {
        const digest = createHash('sha1').update(row.split('\t')[0]).digest('hex');
        return Number.parseInt(digest.slice(0, 8), 16) % 10 === 0;
      });
      await writeFile(file, [header, ...dev, ''].join('\n'));
      const columns: ExampleColumns = { label: 'relevance', labelRange: [1, 3] };
      const { gold } = await evaluateTeacher('minilm-l6-homedepot', file, columns, 2.67);
      expect(gold['auc'].value.toFixed(4)).toBe('0.7565');
      expect(gold['spearman'].value.toFixed(4)).toBe('0.5174');
      expect(gold['rmseInGrades'].value.toFixed(3)).toBe('0.474');
      expect(gold['ndcg@10'].value.toFixed(3)).toBe('0.897');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
