// IMDb, the Large Movie Review Dataset: one review a file, its stars in the file's name.
// Format: the README of aclImdb_v1.tar.gz: {train,test}/{pos,neg}/ID_RATING.txt, train/unsup/ID_0.txt, and
// urls_{pos,neg,unsup}.txt whose line ID (from 0) is the film's page. Positive is 7 stars or more, negative 4 or fewer.
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import type { DataSource, StageInput } from './source.js';
import type { SourceFolder } from './source-folder.js';
import { readSourceLines } from './source-table.js';
import { chooseSplits } from './splits.js';
import type { StagedRows } from './staging.js';

/** Files that are read at once. */
const BATCH_FILES = 256;

/** Polarities with the stars that the README gives them. */
const STARS = { neg: [1, 4], pos: [7, 10], unsup: [0, 0] } as const;
type Polarity = keyof typeof STARS;

export const IMDB: DataSource = {
  name: 'imdb',
  title: 'IMDb reviews (Large Movie Review Dataset v1.0)',
  licence:
    "No licence is stated; the authors ask for a citation. Reviews are their writers' property.",
  citation: 'Maas et al. 2011, Learning Word Vectors for Sentiment Analysis, ACL.',
  origin: "Get aclImdb_v1.tar.gz from the Stanford AI Lab's page of the data set and unpack it.",
  subfolders: ['aclImdb'],
  files: [
    { name: 'train/pos', holds: 'a folder of ID_RATING.txt: positive reviews', required: true },
    { name: 'train/neg', holds: 'a folder of ID_RATING.txt: negative reviews', required: true },
    { name: 'test/pos', holds: 'a folder of ID_RATING.txt: positive reviews', required: false },
    { name: 'test/neg', holds: 'a folder of ID_RATING.txt: negative reviews', required: false },
    { name: 'train/unsup', holds: 'a folder of ID_0.txt: reviews without stars', required: false },
    ...['train/urls_pos.txt', 'train/urls_neg.txt', 'test/urls_pos.txt', 'test/urls_neg.txt'].map(
      (name) => ({ name, holds: "the page of each review's film: its group", required: false }),
    ),
  ],
  fields: { text: 'text' },
  label: {
    column: 'label',
    range: [0, 1],
    meaning: '0 negative (1..4 stars), 1 positive (7..10 stars)',
  },
  options: ['split'],
  async stage({ folder, staging, options }: StageInput) {
    const splits = chooseSplits(options.split, ['train', 'test']);
    const parts: LabelledPart[] = [];
    for (const split of splits) {
      const isRequired = split === 'train' || options.split !== undefined;
      for (const polarity of ['pos', 'neg'] as const) {
        const name = `${split}/${polarity}`;
        const path = isRequired ? await folder.requireFolder(name) : await folder.findFolder(name);
        if (path === undefined) continue;
        parts.push({ split, polarity, path, films: await readFilms(folder, split, polarity) });
      }
    }
    // A group that only some rows have would group the others by their empty text.
    const hasGroups = parts.every((part) => part.films !== undefined);
    await staging.load('reviews', REVIEW_COLUMNS, labelledRows(folder, parts));
    const unsup = splits.includes('train') ? await folder.findFolder('train/unsup') : undefined;
    if (unsup !== undefined) {
      await staging.load('others', [{ name: 'text', kind: 'text' }], unlabelledRows(folder, unsup));
    }
    const group = hasGroups ? ', film AS "group"' : '';
    return {
      outputs: {
        labelled: `SELECT text, label, stars::INTEGER AS stars, split${group} FROM reviews ORDER BY row`,
        unlabelled: unsup && 'SELECT text FROM others ORDER BY row',
      },
      group: hasGroups ? 'group' : undefined,
      notes: hasGroups
        ? ['Reviews of one film are one group: their stars go together.']
        : [
            'Without the urls_*.txt files the films are unknown, so reviews of one film may be split.',
          ],
    };
  },
};

interface LabelledPart {
  split: string;
  polarity: 'pos' | 'neg';
  path: string;
  /** Film by review id. */
  films: string[] | undefined;
}

const REVIEW_COLUMNS = [
  { name: 'text', kind: 'text' },
  { name: 'label', kind: 'number' },
  { name: 'stars', kind: 'number' },
  { name: 'split', kind: 'text' },
  { name: 'film', kind: 'text' },
] as const;

async function* labelledRows(
  folder: SourceFolder,
  parts: readonly LabelledPart[],
): AsyncGenerator<StagedRows> {
  for (const { split, polarity, path, films } of parts) {
    for await (const reviews of readReviews(folder, path, polarity)) {
      yield [
        reviews.map((review) => review.text),
        reviews.map(() => (polarity === 'pos' ? 1 : 0)),
        reviews.map((review) => review.stars),
        reviews.map(() => split),
        reviews.map((review) => films?.[review.id] ?? ''),
      ];
    }
  }
}

async function* unlabelledRows(folder: SourceFolder, path: string): AsyncGenerator<StagedRows> {
  for await (const reviews of readReviews(folder, path, 'unsup')) {
    yield [reviews.map((review) => review.text)];
  }
}

interface Review {
  id: number;
  stars: number;
  text: string;
}

/** The reviews of a folder by id. @throws Bert2dnnError FILE_FORMAT, LABEL_INVALID, TEXT_ENCODING. */
async function* readReviews(
  folder: SourceFolder,
  path: string,
  polarity: Polarity,
): AsyncGenerator<Review[]> {
  const names = (await readdir(path)).filter((name) => !name.startsWith('.'));
  const files = names.map((name) => parseName(path, name, polarity));
  files.sort((left, right) => left.id - right.id);
  if (files.length === 0) {
    throw new Bert2dnnError('FILE_EMPTY', `${path}: has no review, expected files ID_RATING.txt`);
  }
  const hash = createHash('sha256');
  for (let start = 0; start < files.length; start += BATCH_FILES) {
    const batch = files.slice(start, start + BATCH_FILES);
    const contents = await Promise.all(batch.map((file) => readFile(join(path, file.name))));
    yield batch.map((file, index) => {
      const bytes = contents[index];
      if (!isUtf8(bytes)) {
        throw new Bert2dnnError('TEXT_ENCODING', `${join(path, file.name)}: is not UTF-8`);
      }
      hash.update(`${file.name}:${bytes.length}\n`).update(bytes);
      return { id: file.id, stars: file.stars, text: bytes.toString('utf8') };
    });
  }
  folder.used.push({ path, rows: files.length, fingerprint: hash.digest('hex').slice(0, 16) });
}

function parseName(folder: string, name: string, polarity: Polarity) {
  const match = /^(\d+)_(\d+)\.txt$/.exec(name);
  if (match === null) {
    throw new Bert2dnnError(
      'FILE_FORMAT',
      `${join(folder, name)}: is no review, expected files ID_RATING.txt`,
      { hint: 'Unpack the archive again, into an empty folder.' },
    );
  }
  const stars = Number(match[2]);
  const [low, high] = STARS[polarity];
  if (stars < low || stars > high) {
    throw new Bert2dnnError(
      'LABEL_INVALID',
      `${join(folder, name)}: got ${stars} stars, expected ${low}..${high} in ${polarity}`,
      { hint: 'Unpack the archive again, into an empty folder.' },
    );
  }
  return { name, id: Number(match[1]), stars };
}

/** The film of each review id, as in its page's address; `undefined` if the file is not there. */
async function readFilms(
  folder: SourceFolder,
  split: string,
  polarity: string,
): Promise<string[] | undefined> {
  const file = await folder.find(`${split}/urls_${polarity}.txt`);
  if (file === undefined) return undefined;
  const films: string[] = [];
  for await (const { text } of readSourceLines(file)) {
    for (const line of text.trimEnd().split('\n')) {
      films.push(/title\/(tt\d+)/.exec(line)?.[1] ?? line.trim());
    }
  }
  folder.used.push({ path: file.path, rows: films.length });
  return films;
}
