// MS MARCO passages: queries of a web search with the few passages that a judge marked as answers.
// Format: the README of microsoft/MSMARCO-Passage-Ranking; none of the files has a header: collection.tsv (pid,
// passage), queries.SPLIT.tsv (qid, query), qrels.SPLIT.tsv (qid, 0, pid, 1), qidpidtriples.train.full.2.tsv (qid,
// positive pid, negative pid), top1000.SPLIT (qid, pid, query, passage).
// Only answers are judged. A negative is a candidate that nobody marked: the README says that it may be relevant.
import { Bert2dnnError } from '../../foundation/errors.js';
import { createRandom } from '../../foundation/random.js';
import { CANDIDATE_FILES, stageNegatives } from './ms-marco-negatives.js';
import { parseGrades } from './published-label.js';
import type { DataSource, StageInput } from './source.js';
import { readSourceTable } from './source-table.js';
import { chooseSplits } from './splits.js';
import type { StagedRows } from './staging.js';

const DEFAULT_MAX_QUERIES = 20_000;
const DEFAULT_NEGATIVES = 4;

export const MS_MARCO: DataSource = {
  name: 'ms-marco',
  title: 'MS MARCO passage ranking',
  licence: 'Microsoft\'s terms: for non-commercial research only, provided "as is".',
  citation:
    'Bajaj et al. 2016, MS MARCO: A Human Generated MAchine Reading COmprehension Dataset, arXiv 1611.09268.',
  origin:
    'Get collectionandqueries.tar.gz, and for negatives qidpidtriples.train.full.2.tsv.gz, from the MS MARCO page of Microsoft; unpack the .tar.gz.',
  subfolders: ['collectionandqueries'],
  files: [
    { name: 'collection.tsv', holds: 'pid, passage; no header', required: true },
    { name: 'queries.train.tsv', holds: 'qid, query; no header', required: true },
    { name: 'qrels.train.tsv', holds: 'qid, 0, pid, 1; no header', required: true },
    { name: 'queries.dev.tsv', holds: 'qid, query; no header', required: false },
    {
      name: 'qrels.dev.tsv',
      alternatives: ['qrels.dev.small.tsv'],
      holds: 'qid, 0, pid, 1; no header',
      required: false,
    },
    ...CANDIDATE_FILES,
  ],
  fields: { query: 'query', title: 'title' },
  label: {
    column: 'label',
    range: [0, 1],
    meaning: '1 a judge marked it as an answer, 0 nobody did (assumed)',
  },
  options: ['split', 'maxQueries', 'negatives', 'negativesFrom'],
  async stage(input: StageInput) {
    const { staging, options } = input;
    const split = chooseSplit(options.split);
    await loadQueries(input, split);
    await loadPassages(input);
    await loadPositives(input, split);
    const maxQueries = options.maxQueries ?? DEFAULT_MAX_QUERIES;
    await staging.run(
      `CREATE TEMP TABLE chosen AS SELECT qid, query, row FROM queries SEMI JOIN positives USING (qid)
        ORDER BY draw, row LIMIT ${maxQueries}`,
    );
    const negatives = await stageNegatives(input, split, options.negatives ?? DEFAULT_NEGATIVES);
    await staging.run(
      `CREATE TEMP TABLE judged AS SELECT qid, pid, 1 AS label, 'judged' AS evidence FROM positives SEMI JOIN chosen USING (qid)
        UNION ALL SELECT qid, pid, 0, ${negatives.evidence} FROM negatives`,
    );
    return {
      outputs: {
        labelled: `SELECT query, passage AS title, CAST(label AS DOUBLE) AS label, evidence, qid AS query_id, pid AS item
          FROM judged JOIN chosen USING (qid) JOIN passages USING (pid) ORDER BY chosen.row, label DESC, passages.row`,
        catalogue: 'SELECT pid AS id, passage AS title FROM passages',
        queries: 'SELECT query FROM queries ORDER BY row',
      },
      notes: [
        ...negatives.notes,
        'Only answers are judged: label 0 is assumed, and some of these passages are relevant. The column evidence says of each row where its label comes from.',
      ],
    };
  },
};

/** The split to import: candidates are of one split. @throws Bert2dnnError USAGE. */
function chooseSplit(asked: readonly string[] = ['train']): string {
  const [split, ...others] = chooseSplits(asked, ['train', 'dev']);
  if (others.length === 0) return split;
  throw new Bert2dnnError('USAGE', `split: got ${asked.join(', ')}, expected one of train, dev`, {
    hint: 'Import each into a folder of its own.',
  });
}

async function loadQueries({ folder, staging, seed }: StageInput, split: string): Promise<void> {
  const file = await folder.require(`queries.${split}.tsv`);
  const names = ['qid', 'query'];
  async function* rows(): AsyncGenerator<StagedRows> {
    const shape = { format: 'tsv', columns: names, headerless: names } as const;
    for await (const batch of readSourceTable(folder, file, shape)) yield batch.columns;
  }
  const random = createRandom(seed, 'sources/ms-marco/queries');
  const columns = names.map((name) => ({ name, kind: 'text' as const }));
  await staging.load('queries', columns, rows(), random);
}

async function loadPassages({ folder, staging }: StageInput): Promise<void> {
  const file = await folder.require('collection.tsv');
  const names = ['pid', 'passage'];
  async function* rows(): AsyncGenerator<StagedRows> {
    const shape = { format: 'tsv', columns: names, headerless: names } as const;
    for await (const batch of readSourceTable(folder, file, shape)) yield batch.columns;
  }
  await staging.load(
    'passages',
    names.map((name) => ({ name, kind: 'text' as const })),
    rows(),
  );
}

/** A table `positives` of (qid, pid), distinct. */
async function loadPositives({ folder, staging }: StageInput, split: string): Promise<void> {
  const file = await folder.require(`qrels.${split}.tsv`);
  async function* rows(): AsyncGenerator<StagedRows> {
    const shape = {
      format: 'tsv',
      columns: ['qid', 'pid', 'relevance'],
      headerless: ['qid', 'iteration', 'pid', 'relevance'],
    } as const;
    for await (const { columns, lines } of readSourceTable(folder, file, shape)) {
      const [queries, passages, relevances] = columns;
      const place = { path: file.path, lines, column: 'relevance' };
      yield [queries, passages, parseGrades(relevances, [0, 3], place)];
    }
  }
  await staging.load(
    'qrels',
    [
      { name: 'qid', kind: 'text' },
      { name: 'pid', kind: 'text' },
      { name: 'relevance', kind: 'number' },
    ],
    rows(),
  );
  await staging.run(
    'CREATE TEMP TABLE positives AS SELECT DISTINCT qid, pid FROM qrels WHERE relevance > 0',
  );
}
