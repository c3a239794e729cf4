// A folder that any static web server can show: page, worker, student module, model, catalogue. Sources of the page
// are in packages/bert2dnn/demo; the build puts them into dist/demo.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MODEL_FILE, type Student, serializeModel } from '@bert2dnn/student';
import { Bert2dnnError } from '../../foundation/errors.js';
import { writeFileAtomically } from '../../foundation/files.js';
import { checkFolderPlace, type IsOurs, writeFolderAtomically } from '../../foundation/folders.js';
import type { ExportedFile, PageOptions } from '../export-format.js';
import { readCatalogue } from './catalogue-file.js';
import { findExampleQueries } from './example-queries.js';

/** Files that are copied as they were built. */
const PAGE_FILES = ['index.html', 'demo.css', 'demo.js', 'worker.js'] as const;
/** Modules of the student, as they are beside the page, and as they are known. */
const STUDENT_MODULES = {
  'student.min.js': '@bert2dnn/student/browser',
  'explain.min.js': '@bert2dnn/student/browser/explain',
  'reference.min.js': '@bert2dnn/student/browser/reference',
} as const;
const CATALOGUE = 'catalogue.tsv';
const DESCRIPTION = 'demo.json';
const README = 'README.md';
const WRITTEN_FILES: readonly string[] = [
  ...PAGE_FILES,
  ...Object.keys(STUDENT_MODULES),
  MODEL_FILE,
  CATALOGUE,
  DESCRIPTION,
  README,
];

/** What a demo page is made of. */
export interface BrowserSiteOptions extends PageOptions {
  student: Student;
  /** Folder to write. */
  out: string;
}

const isBrowserSite: IsOurs = (names) =>
  names.includes(DESCRIPTION) && names.every((name) => WRITTEN_FILES.includes(name));

/**
 * Writes the folder, whole or not at all.
 * @throws Bert2dnnError USAGE if the student is not one of two fields and one score; else as `readCatalogue` and
 * `writeFolderAtomically`.
 */
export async function writeBrowserSite(options: BrowserSiteOptions): Promise<ExportedFile[]> {
  const { student, out, heading = 'Search', shownColumns = [] } = options;
  const [queryField, titleField] = pairFields(student);
  await checkFolderPlace(out, isBrowserSite);
  const titleColumn = options.titleColumn ?? titleField;
  const { titles, text } = await readCatalogue(options.catalogue, titleColumn, shownColumns);
  const model = await serializeModel(student);
  const description = {
    name: heading,
    queryField,
    titleField,
    numProducts: titles.length,
    exampleQueries: options.exampleQueries ?? findExampleQueries(titles),
    modelSizeBytes: model.length,
  };
  const contents = new Map<string, string | Uint8Array>([
    ...(await readPageFiles()),
    [MODEL_FILE, model],
    [CATALOGUE, text],
    [DESCRIPTION, `${JSON.stringify(description, null, 2)}\n`],
    [README, describeFolder(heading)],
  ]);
  await writeFolderAtomically(out, { isOurs: isBrowserSite }, async (folder) => {
    for (const [file, content] of contents) await writeFileAtomically(join(folder, file), content);
  });
  return [...contents].map(([file, content]) => ({
    path: join(out, file),
    sizeBytes: Buffer.byteLength(content),
  }));
}

/** The field that is typed and the one that comes from the catalogue. */
function pairFields({ definition }: Student): readonly [string, string] {
  const { fields, numOutputs } = definition;
  if (fields.length === 2 && numOutputs === 1) return [fields[0], fields[1]];
  const got = `${fields.length} fields (${fields.join(', ')}) and ${numOutputs} outputs`;
  throw new Bert2dnnError(
    'USAGE',
    `--model: got a student of ${got}, expected 2 fields, 1 output`,
    {
      hint: 'The page ranks products for a query, so it needs a student of pairs.',
    },
  );
}

async function readPageFiles(): Promise<[string, Uint8Array][]> {
  const page = new URL('../../demo/', import.meta.url);
  const modules = Object.entries(STUDENT_MODULES);
  const sources = [
    ...PAGE_FILES.map((name) => [name, new URL(name, page)] as const),
    ...modules.map(([name, known]) => [name, new URL(import.meta.resolve(known))] as const),
  ];
  return Promise.all(
    sources.map(
      async ([name, url]): Promise<[string, Uint8Array]> => [
        name,
        await readFile(fileURLToPath(url)),
      ],
    ),
  );
}

function describeFolder(heading: string): string {
  return `# ${heading}
A search page that ranks its catalogue in the browser, made by \`bert2dnn export --format browser\`; nothing is sent.
Serve this folder from any static web server, for example \`npx serve .\`; opened as a file it cannot load its modules.
`;
}
