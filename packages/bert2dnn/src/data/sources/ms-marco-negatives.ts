// Negatives for MS MARCO, which publishes answers only: passages that BM25 found for a query and no judge marked, or
// passages drawn at random. Neither was judged; the rows say so.

import { Bert2dnnError } from '../../foundation/errors.js';
import { createRandom } from '../../foundation/random.js';
import type { StageInput } from './source.js';
import type { FoundFile, SourceFile } from './source-folder.js';
import { readSourceTable, type TableShape } from './source-table.js';
import type { StagedRows } from './staging.js';

const TRIPLES = 'qidpidtriples.train.full.2.tsv';

/** Files that name candidates of queries. */
export const CANDIDATE_FILES: readonly SourceFile[] = [
  {
    name: TRIPLES,
    alternatives: ['qidpidtriples.train.full.tsv', 'qidpidtriples.train.small.tsv'],
    holds: 'qid, positive pid, negative pid; no header',
    required: false,
  },
  ...['train', 'dev'].map((split) => ({
    name: `top1000.${split}`,
    alternatives: [`top1000.${split}.tsv`, `top1000.${split}.txt`],
    holds: 'qid, pid, query, passage; no header: what BM25 found',
    required: false,
  })),
];

/** Where negatives came from. */
export interface StagedNegatives {
  /** The evidence of the rows, as an SQL literal. */
  evidence: string;
  notes: string[];
}

/**
 * Makes a table `negatives` of (qid, pid) with at most `limit` rows a query of the table `chosen`, none of `positives`.
 * A query's negatives are those with the smallest draws.
 * @throws Bert2dnnError FILE_MISSING if candidates are asked for and there is no file of them.
 */
export async function stageNegatives(
  input: StageInput,
  split: string,
  limit: number,
): Promise<StagedNegatives> {
  const { staging, options } = input;
  const file = options.negativesFrom === 'random' ? undefined : await findCandidates(input, split);
  if (file === undefined && options.negativesFrom === 'candidates') {
    throw await input.folder.missing(CANDIDATE_FILES[split === 'train' ? 0 : 2]);
  }
  if (file === undefined) await drawRandom(input, limit);
  else await loadCandidates(input, file);
  await staging.run(
    `CREATE TEMP TABLE negatives AS SELECT qid, pid FROM (
        SELECT qid, pid, row_number() OVER (PARTITION BY qid ORDER BY draw, pid) AS place
        FROM (SELECT qid, pid, min(draw) AS draw FROM candidates ANTI JOIN positives USING (qid, pid)
          SEMI JOIN passages USING (pid) GROUP BY qid, pid))
      WHERE place <= ${limit}`,
  );
  if (file === undefined) {
    return {
      evidence: "'random'",
      notes: [
        `Negatives are random passages, at most ${limit} a query: easy ones. With ${TRIPLES}.gz in the folder they are passages that BM25 found.`,
      ],
    };
  }
  return {
    evidence: "'candidate'",
    notes: [`Negatives are unmarked candidates of ${file.path}, at most ${limit} a query.`],
  };
}

async function findCandidates({ folder }: StageInput, split: string) {
  const triples = split === 'train' ? await folder.find(TRIPLES) : undefined;
  return triples ?? folder.find(`top1000.${split}`);
}

const TRIPLE_SHAPE = {
  format: 'tsv',
  columns: ['qid', 'negative'],
  headerless: ['qid', 'positive', 'negative'],
} as const satisfies TableShape;

const TOP_SHAPE = {
  format: 'tsv',
  columns: ['qid', 'pid'],
  headerless: ['qid', 'pid', 'query', 'passage'],
} as const satisfies TableShape;

/** A table `candidates` of (qid, pid, draw), for chosen queries only: the files name hundreds of millions. */
async function loadCandidates(
  { folder, staging, seed }: StageInput,
  file: FoundFile,
): Promise<void> {
  const chosen = new Set(
    (await staging.rows('SELECT qid FROM chosen')).map(([qid]) => String(qid)),
  );
  const shape = file.path.includes('triples') ? TRIPLE_SHAPE : TOP_SHAPE;
  async function* rows(): AsyncGenerator<StagedRows> {
    for await (const { columns } of readSourceTable(folder, file, shape)) {
      const [queries, passages] = columns;
      const kept = queries.map((qid) => chosen.has(qid));
      yield [queries.filter((_, row) => kept[row]), passages.filter((_, row) => kept[row])];
    }
  }
  const columns = [
    { name: 'qid', kind: 'text' },
    { name: 'pid', kind: 'text' },
  ] as const;
  const random = createRandom(seed, 'sources/ms-marco/candidates');
  await staging.load('candidates', columns, rows(), random);
  if ((await staging.number('SELECT count(*)::DOUBLE FROM candidates')) > 0) return;
  throw new Bert2dnnError('FILE_FORMAT', `${file.path}: names no candidate of the drawn queries`, {
    hint: 'Is it of the same split as the queries? With --negatives-from random it is not needed.',
  });
}

/** A table `candidates` of random passages; more than wanted, since some are answers and some are drawn twice. */
async function drawRandom({ staging, seed }: StageInput, limit: number): Promise<void> {
  const random = createRandom(seed, 'sources/ms-marco/random');
  const numPassages = await staging.number('SELECT count(*)::DOUBLE FROM passages');
  const queries = (await staging.rows('SELECT qid FROM chosen ORDER BY row')).map(([qid]) =>
    String(qid),
  );
  async function* rows(): AsyncGenerator<StagedRows> {
    for (const qid of queries) {
      const places = Float64Array.from({ length: 2 * limit + 8 }, () =>
        random.nextInt(numPassages),
      );
      yield [Array.from(places, () => qid), places];
    }
  }
  const columns = [
    { name: 'qid', kind: 'text' },
    { name: 'place', kind: 'number' },
  ] as const;
  await staging.load('draws', columns, rows());
  await staging.run(
    `CREATE TEMP TABLE candidates AS SELECT qid, pid, draws.row AS draw
      FROM draws JOIN passages ON passages.row = draws.place`,
  );
}
