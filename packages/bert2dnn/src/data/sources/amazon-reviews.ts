// Amazon reviews of McAuley's group, 2014, 2018 and 2023: JSON lines, usually a file a category.
// Format: 2014 and 2018 have `overall`, `reviewText`, `summary`, `asin` (NAME.json.gz, NAME_5.json.gz); 2023 has
// `rating`, `text`, `title`, `asin`, `parent_asin` (NAME.jsonl, .jsonl.gz). Source: the pages of the three releases.
import { Bert2dnnError } from '../../foundation/errors.js';
import { createRandom } from '../../foundation/random.js';
import { readJsonObjects, textOfMember } from '../jsonl.js';
import { parseGrades } from './published-label.js';
import type { DataSource, StageInput } from './source.js';
import type { FoundFile, SourceFolder } from './source-folder.js';
import { readSourceLines } from './source-table.js';
import type { StagedRows } from './staging.js';

const RANGE = [1, 5] as const;
const REVIEWS = /^(?!meta_)[^.].*\.(json|jsonl)(\.gz|\.zst)?$/;
const DEFAULT_MAX_LABELLED = 200_000;

/** Names of the members in the two forms. */
const FORMS = [
  { rating: 'rating', text: 'text', title: 'title', product: 'parent_asin' },
  { rating: 'overall', text: 'reviewText', title: 'summary', product: 'asin' },
] as const;
type Form = (typeof FORMS)[number];

export const AMAZON_REVIEWS: DataSource = {
  name: 'amazon-reviews',
  title: 'Amazon reviews (McAuley Lab)',
  licence:
    "No licence is stated; for research, with a citation. Reviews are their writers' property.",
  citation:
    'Hou et al. 2024, Bridging Language and Items for Retrieval and Recommendation, arXiv 2403.03952 (2023); Ni, Li, McAuley 2019, Justifying Recommendations, EMNLP (2018).',
  origin:
    "Get the review files of one or more categories from the McAuley Lab's page of the release; leave the archives .gz.",
  subfolders: [],
  files: [
    {
      name: 'CATEGORY.jsonl.gz',
      alternatives: ['CATEGORY.json.gz', 'CATEGORY_5.json.gz'],
      holds:
        'JSON lines with rating, text, title (2023) or overall, reviewText, summary (2018); files meta_* are not read',
      required: true,
    },
  ],
  fields: { text: 'text' },
  label: { column: 'label', range: RANGE, meaning: 'stars' },
  options: ['maxLabelled'],
  async stage({ folder, staging, options, seed }: StageInput) {
    const files = await folder.findMatching(REVIEWS);
    if (files.length === 0) throw await folder.missing(AMAZON_REVIEWS.files[0]);
    const random = createRandom(seed, 'sources/amazon-reviews');
    const numRows = await staging.load('reviews', COLUMNS, readReviews(folder, files), random);
    const maxLabelled = options.maxLabelled ?? DEFAULT_MAX_LABELLED;
    const isAll = numRows <= maxLabelled;
    if (!isAll) {
      await staging.run(
        `CREATE TEMP TABLE drawn AS SELECT row FROM reviews ORDER BY draw, row LIMIT ${maxLabelled}`,
      );
    }
    const from = (condition: string): string =>
      `FROM reviews ${isAll ? '' : `${condition} JOIN drawn USING (row)`} ORDER BY row`;
    return {
      outputs: {
        labelled: `SELECT text, title, label, product AS "group" ${from('SEMI')}`,
        unlabelled: isAll ? undefined : `SELECT text, title ${from('ANTI')}`,
      },
      group: 'group',
      notes: [
        ...(isAll
          ? []
          : [
              `${maxLabelled} of ${numRows} reviews were drawn as labelled rows; the others are unlabelled (--max-labelled).`,
            ]),
        'Reviews of one product are one group. Stars skew high.',
      ],
    };
  },
};

const COLUMNS = [
  { name: 'text', kind: 'text' },
  { name: 'title', kind: 'text' },
  { name: 'label', kind: 'number' },
  { name: 'product', kind: 'text' },
] as const;

async function* readReviews(
  folder: SourceFolder,
  files: readonly FoundFile[],
): AsyncGenerator<StagedRows> {
  for (const file of files) {
    const { path } = file;
    let form: Form | undefined;
    let rows = 0;
    for await (const { objects, lines } of readObjects(file)) {
      if (objects.length === 0) continue;
      form ??= formOf(`${path}:${lines[0]}`, objects[0]);
      const { rating, text, title, product } = form;
      const members = (name: string): string[] =>
        objects.map((object, row) => textOfMember({ path, line: lines[row] }, object, name));
      const labels = parseGrades(members(rating), RANGE, { path, lines, column: rating });
      yield [members(text), members(title), labels, members(product)];
      rows += objects.length;
    }
    if (rows === 0) throw new Bert2dnnError('FILE_EMPTY', `${path}: has no review`);
    folder.used.push({ path, rows });
  }
}

async function* readObjects(file: FoundFile): ReturnType<typeof readJsonObjects> {
  try {
    yield* readJsonObjects(file.path, readSourceLines(file));
  } catch (error) {
    if (!(error instanceof Bert2dnnError) || !error.message.includes('not valid JSON')) throw error;
    throw new Bert2dnnError('FILE_FORMAT', error.message, {
      hint: 'The full files of 2014 are Python literals, not JSON: take the 5-core files, or a later release.',
      cause: error,
    });
  }
}

function formOf(place: string, object: Record<string, unknown>): Form {
  const form = FORMS.find(({ rating }) => Object.hasOwn(object, rating));
  if (form !== undefined) return form;
  throw new Bert2dnnError(
    'COLUMN_MISSING',
    `${place}: the members are ${Object.keys(object).join(', ')}, expected rating, text, title or overall, reviewText, summary`,
    { hint: 'Is it a file of reviews? Those of products are called meta_*.' },
  );
}
