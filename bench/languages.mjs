// How often the language of a text is told, and rightly, by its length: English product titles, queries and prose of the
// data of BERT2DNN_SHARED. `alone` is each text by itself, `joined` runs of many.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describeLanguages } from '../packages/bert2dnn/dist/data/stats/languages.js';
import { printTable } from './measure.mjs';

const NUM_TEXTS = 3000;

/** Prints a row a kind of text. */
export async function run() {
  const shared = process.env.BERT2DNN_SHARED;
  if (shared === undefined) throw new Error('languages: set BERT2DNN_SHARED to the folder of data');
  const rowsOf = (path) =>
    gunzipSync(readFileSync(join(shared, 'data', path)))
      .toString()
      .split('\n')
      .slice(1, -1);
  const pairs = rowsOf('search/homedepot.tsv.gz').map((row) => row.split('\t'));
  const reviews = rowsOf('reviews/imdb-0.tsv.gz').map((row) => row.split('\t')[2]);
  const sets = {
    queries: [...new Set(pairs.map(([query]) => query))],
    titles: [...new Set(pairs.map(([, title]) => title))],
  };
  for (const length of [15, 50, 80, 150, 400]) {
    sets[`reviews cut to ${length}`] = reviews
      .map((text) => text.slice(text.indexOf(' ', 100) + 1).slice(0, length))
      .filter((text) => text.length === length);
  }
  const rows = Object.entries(sets).map(([name, texts]) => {
    const startMs = performance.now();
    const { alone, joined } = describeLanguages(texts.slice(0, NUM_TEXTS));
    const microseconds = ((performance.now() - startMs) * 1000) / Math.min(NUM_TEXTS, texts.length);
    return [name, ...figuresOf(alone), ...figuresOf(joined), microseconds.toFixed(0)];
  });
  const header = ['texts', 'told alone', 'of these English', 'told joined', 'of these English'];
  printTable([...header, 'us a text'], rows);
}

function figuresOf(counts) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const told = total - (counts.unsure ?? 0);
  return [told / total, (counts.eng ?? 0) / told].map((share) => `${(100 * share).toFixed(1)} %`);
}
