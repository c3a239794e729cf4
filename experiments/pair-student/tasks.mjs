// The search tasks of this experiment as files: labelled pairs split by query, and the titles as a catalogue.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readTable } from 'bert2dnn';
import { writeFileAtomically } from '../../packages/bert2dnn/dist/foundation/files.js';

/** What is learnt and measured. `numLabels` leaves a teacher with that many labels, of whole queries. */
export const TASKS = {
  homedepot: {
    file: 'homedepot.tsv.gz',
    labelRange: [1, 3],
    positive: 2.67,
    teacher: 'minilm-l6-homedepot',
    transferSize: 2_400_000,
    pseudoQueries: 24_000,
  },
  'homedepot-5000': {
    file: 'homedepot.tsv.gz',
    labelRange: [1, 3],
    positive: 2.67,
    numLabels: 5000,
    transferSize: 600_000,
    pseudoQueries: 6000,
  },
  'homedepot-5000-long': {
    file: 'homedepot.tsv.gz',
    labelRange: [1, 3],
    positive: 2.67,
    numLabels: 5000,
    teacherEpochs: 10,
    transferSize: 600_000,
    pseudoQueries: 6000,
  },
  crowdflower: {
    file: 'crowdflower.tsv.gz',
    labelRange: [1, 4],
    positive: 4,
    transferSize: 600_000,
    pseudoQueries: 8000,
  },
};

/** Files `{train, dev, catalogue, queries}` of a task, written to `work`; `queries` are those without labels. */
export async function openTask(task, { shared, work }) {
  const { file, numLabels = Number.POSITIVE_INFINITY } = TASKS[task];
  const [train, dev] = [[], []];
  const source = join(shared, 'data', 'search', file);
  for await (const { texts } of readTable(source, { texts: ['query', 'title', 'relevance'] })) {
    const [queries, titles, grades] = texts;
    queries.forEach((query, row) => {
      (isDevQuery(query) ? dev : train).push({ query, title: titles[row], grade: grades[row] });
    });
  }
  const labelled = chooseQueries(train, numLabels);
  const unlabelled = train.filter(({ query }) => !labelled.has(query));
  const lineOf = ({ query, title, grade }) => `${query}\t${title}\t${grade}`;
  const header = 'query\ttitle\trelevance';
  const contents = {
    train: [header, ...train.filter(({ query }) => labelled.has(query)).map(lineOf)],
    dev: [header, ...dev.map(lineOf)],
    catalogue: ['title', ...new Set([...train, ...dev].map(({ title }) => title))],
    queries: ['query', ...new Set(unlabelled.map(({ query }) => query))],
  };
  await mkdir(work, { recursive: true });
  const files = { hasQueries: unlabelled.length > 0 };
  for (const [part, content] of Object.entries(contents)) {
    files[part] = join(work, `${part}.tsv`);
    await writeFileAtomically(files[part], `${content.join('\n')}\n`);
  }
  return files;
}

/** Queries in the order of their hash, until they have that many rows. */
function chooseQueries(rows, numLabels) {
  const counts = new Map();
  for (const { query } of rows) counts.set(query, (counts.get(query) ?? 0) + 1);
  const chosen = new Set();
  let numChosen = 0;
  for (const query of [...counts.keys()].sort(byHash)) {
    if (numChosen >= numLabels) break;
    chosen.add(query);
    numChosen += counts.get(query);
  }
  return chosen;
}

/** A tenth of the queries, by hash: the rule of the shared teachers. */
function isDevQuery(query) {
  return Number.parseInt(hashOf(query).slice(0, 8), 16) % 10 === 0;
}

function byHash(left, right) {
  return hashOf(left) < hashOf(right) ? -1 : 1;
}

function hashOf(query) {
  return createHash('sha1').update(query, 'utf8').digest('hex');
}
