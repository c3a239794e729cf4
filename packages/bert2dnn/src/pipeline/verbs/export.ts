// `export`: a student for somewhere else, in fewer bytes where that is asked for.
import { join } from 'node:path';
import { PRECISIONS } from '@bert2dnn/student';
import { openStudent } from '../../evaluate/open-scorer.js';
import { serveFolder } from '../../export/browser/static-server.js';
import type { PageOptions } from '../../export/export-format.js';
import { exportStudent } from '../../export/export-student.js';
import { EXPORT_FORMAT_NAMES, EXPORT_FORMATS } from '../../export/formats.js';
import { Bert2dnnError } from '../../foundation/errors.js';
import { choice, files, integer, list, requiredPath, text } from '../options.js';
import { defineVerb } from '../verb.js';

const FORMATS = EXPORT_FORMAT_NAMES.map((name) => `${name} (${EXPORT_FORMATS[name].summary})`);

export const exportVerb = defineVerb({
  name: 'export',
  summary: 'Write a student for browsers, other runtimes or fewer bytes.',
  options: {
    model: requiredPath('Student: a folder or a .b2d file.', '<path>'),
    format: choice(`What to write: ${FORMATS.join('; ')}.`, EXPORT_FORMAT_NAMES, 'b2d'),
    precision: choice(
      'How tables and weights are stored: float32 (4 bytes a number), float16 (2) or int8 (1). Default: as the student has it.',
      PRECISIONS,
      undefined,
    ),
    catalogue: files('browser: tables with the products, such as catalogue.tsv.'),
    titleColumn: text(
      "browser: column of the titles (default: the name of the student's second field).",
      '<name>',
    ),
    showColumns: list('browser: columns that are shown beneath a title.', '<name,...>'),
    name: text('browser: heading of the page (default: Search).'),
    exampleQueries: list(
      'browser: queries to begin with (default: found in the titles).',
      '<text,...>',
    ),
    serve: integer(
      'browser: serve the folder at this port of 127.0.0.1 until stopped; 0 = a free one.',
      undefined,
      { min: 0, max: 65_535 },
    ),
    out: requiredPath('File or folder to write, as the format is one or the other.', '<path>'),
  },
  outIn: (stageFolder) => join(stageFolder, 'model.b2d'),
  inputs: ({ model, catalogue }) => [model, ...catalogue],
  async run({ model, format, precision, out, serve, ...values }) {
    const page = pageOptions(values);
    if (serve !== undefined && format !== 'browser') {
      throw new Bert2dnnError('USAGE', `serve: got the format ${format}, expected browser`);
    }
    const student = await openStudent(model);
    const result = await exportStudent({ student, format, precision, page, out });
    return { ...result, server: serve === undefined ? undefined : await serveFolder(out, serve) };
  },
});

interface PageValues {
  catalogue: string[];
  titleColumn?: string;
  showColumns?: string[];
  name?: string;
  exampleQueries?: string[];
}

/** @throws Bert2dnnError USAGE if there is something to show of a catalogue, but no catalogue. */
function pageOptions({ catalogue, showColumns, ...values }: PageValues): PageOptions | undefined {
  if (catalogue.length > 0) return { catalogue, shownColumns: showColumns, ...values };
  const given = Object.entries({ showColumns, ...values }).find(([, value]) => value !== undefined);
  if (given === undefined) return undefined;
  throw new Bert2dnnError('USAGE', `${given[0]}: got one without a catalogue, expected both`);
}
