// Texts a second of each kind of tokenizer, one thread, on the data of BERT2DNN_SHARED: the first pass, when no word is known
// yet, and the median of later ones. Beside Hugging Face's `tokenizers` where BERT2DNN_PYTHON has it, in turns.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Tokenizer } from '../packages/bert2dnn/dist/teacher/tokenizer/tokenizer.js';
import { median, printTable } from './measure.mjs';

const NUM_PASSES = 9;
/** Name -> file, columns (two are a pair), rows, tokens at most. */
const TEXTS = {
  'search pairs': { file: 'search/homedepot.tsv.gz', columns: [0, 1], rows: 10_000, limit: 64 },
  'film phrases': { file: 'sst2/train.tsv.gz', columns: [0], rows: 20_000, limit: 64 },
  reviews: { file: 'reviews/imdb-0.tsv.gz', columns: [2], rows: 2000, limit: 512 },
};

function readTexts(shared, { file, columns, rows }) {
  const content = gunzipSync(readFileSync(join(shared, 'data', file))).toString();
  const lines = content.split('\n').slice(1, rows + 1);
  return lines.map((line) => columns.map((column) => line.split('\t')[column]));
}

function readTokenizer(path) {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
}

/** Rows a second of the first pass and the median of the others. */
function timePasses(json, path, texts, limit) {
  const tokenizer = Tokenizer.fromJson(json, path);
  const rates = Array.from({ length: NUM_PASSES }, () => {
    const startMs = performance.now();
    for (const [first, second] of texts) tokenizer.encode(first, second, limit);
    return (1000 * texts.length) / (performance.now() - startMs);
  });
  return { first: rates[0], later: median(rates.slice(1)) };
}

function timePython(shared, paths) {
  const python = process.env.BERT2DNN_PYTHON;
  if (python === undefined) return {};
  const script = fileURLToPath(new URL('tokenizer_hf.py', import.meta.url));
  const input = JSON.stringify({ data: join(shared, 'data'), paths, texts: TEXTS, NUM_PASSES });
  const { status, stdout, stderr } = spawnSync(python, [script], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`tokenizer_hf.py: ${stderr}`);
  return JSON.parse(stdout);
}

const round = (value) => (value === undefined ? '-' : Math.round(value).toLocaleString('en'));

export async function run() {
  const shared = process.env.BERT2DNN_SHARED;
  if (shared === undefined) throw new Error('bench tokenizer: BERT2DNN_SHARED names no folder');
  const golden = fileURLToPath(new URL('../packages/bert2dnn/test/golden/', import.meta.url));
  const paths = {
    WordPiece: join(shared, 'data/vocab/tokenizer.json'),
    'byte-level BPE': join(golden, 'tokenizers/bpe-30k.json.gz'),
    Unigram: join(golden, 'tokenizers/unigram-30k.json.gz'),
  };
  const python = timePython(shared, paths);
  const rows = [];
  for (const [kind, path] of Object.entries(paths)) {
    const startMs = performance.now();
    const json = readTokenizer(path);
    Tokenizer.fromJson(json, path);
    const openMs = performance.now() - startMs;
    for (const [name, source] of Object.entries(TEXTS)) {
      const { first, later } = timePasses(json, path, readTexts(shared, source), source.limit);
      const peer = python[`${kind}, ${name}`];
      rows.push([
        kind,
        name,
        round(first),
        round(later),
        round(peer?.first),
        round(peer?.later),
        round(openMs),
      ]);
    }
  }
  printTable(
    ['tokenizer', 'texts', 'first pass, rows/s', 'later', 'tokenizers, first', 'later', 'open, ms'],
    rows,
  );
}
