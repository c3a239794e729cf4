// Makes the texts of the experiment: SST-2 phrases with their labels, and sentences of IMDb reviews without any.
// Everything is written below the work folder; the downloaded data is only read.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { writeFileAtomically } from '../../packages/bert2dnn/dist/foundation/files.js';
import { createRandom, shuffle } from '../../packages/bert2dnn/dist/foundation/random.js';

const MIN_WORDS = 3;
const MAX_WORDS = 50;

/** The rows of a gzipped TSV file, as objects. */
async function* readTsv(path) {
  const lines = createInterface({
    input: createReadStream(path).pipe(createGunzip()),
    crlfDelay: Infinity,
  });
  let header;
  for await (const line of lines) {
    const cells = line.split('\t');
    if (header === undefined) header = cells;
    else yield Object.fromEntries(header.map((name, column) => [name, cells[column]]));
  }
}

/** Writes `phrases.tsv` and `dev.tsv`: text, label. */
export async function writePhrases(shared, work) {
  for (const [source, target] of [
    ['train', 'phrases'],
    ['dev', 'dev'],
  ]) {
    const rows = ['text\tlabel'];
    for await (const { sentence, label } of readTsv(
      join(shared, 'data', 'sst2', `${source}.tsv.gz`),
    )) {
      rows.push(`${sentence}\t${label}`);
    }
    await writeFileAtomically(join(work, `${target}.tsv`), `${rows.join('\n')}\n`);
  }
}

/**
 * Writes `sentences.tsv`: text as SST-2 writes it, label, which is empty. The sentences are distinct, of 3 to 50 words, none of them a
 * sentence of the dev set; `limit` of them are drawn by seed.
 */
export async function writeSentences(shared, work, { limit, seed = 1 }) {
  const heldOut = new Set();
  for await (const { sentence } of readTsv(join(shared, 'data', 'sst2', 'dev.tsv.gz')))
    heldOut.add(bare(sentence));
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  const sentences = new Set();
  const folder = join(shared, 'data', 'reviews');
  for (const file of (await readdir(folder)).filter((name) => name.startsWith('imdb-')).sort()) {
    for await (const { text } of readTsv(join(folder, file))) {
      for (const { segment } of segmenter.segment(text.replace(/<br\s*\/?>/gi, ' '))) {
        const sentence = segment.replace(/\s+/g, ' ').trim();
        const numWords = sentence.split(' ').length;
        if (numWords < MIN_WORDS || numWords > MAX_WORDS || heldOut.has(bare(sentence))) continue;
        sentences.add(asTreebank(sentence));
      }
    }
  }
  const drawn = [...sentences];
  shuffle(drawn, createRandom(seed, 'sentences'));
  await writeFileAtomically(
    join(work, 'sentences.tsv'),
    `text\tlabel\n${drawn.slice(0, limit).join('\t\n')}\t\n`,
  );
  return { found: drawn.length, drawn: Math.min(limit, drawn.length) };
}

/** A sentence as SST-2 writes it: lower case, punctuation and clitics apart ("do n't", "it 's"), quotes as in TeX. */
export function asTreebank(sentence) {
  return sentence
    .toLowerCase()
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/(^|[\s([])"/g, '$1 `` ')
    .replace(/"/g, " '' ")
    .replace(/\.{2,}|\u2026/g, ' ... ')
    .replace(/-{2,}|[\u2013\u2014]/g, ' -- ')
    .replace(/[([]/g, ' -lrb- ')
    .replace(/[)\]]/g, ' -rrb- ')
    .replace(/([,;:?!]+)(?!\d)/g, ' $1 ')
    .replace(/(\p{L})n't(?!\p{L})/gu, "$1 n't")
    .replace(/(\p{L})'(s|re|ve|ll|d|m)(?!\p{L})/gu, "$1 '$2")
    .replace(/(?<![.\s])\.(\s*(?:'')?\s*)$/, ' .$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Letters and digits only, so that other spacing and punctuation do not hide an equal sentence. */
function bare(text) {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}
