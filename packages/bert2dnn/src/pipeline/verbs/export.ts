// `export`: a student for somewhere else, in fewer bytes where that is asked for.
import { join } from 'node:path';
import { PRECISIONS } from '@bert2dnn/student';
import { type ExampleSet, openExamples } from '../../data/index.js';
import { openStudent } from '../../evaluate/open-scorer.js';
import { serveFolder } from '../../export/browser/static-server.js';
import type { PageOptions } from '../../export/export-format.js';
import { exportStudent } from '../../export/export-student.js';
import { EXPORT_FORMAT_NAMES, EXPORT_FORMATS } from '../../export/formats.js';
import { ONNX_INPUTS } from '../../export/onnx-inputs.js';
import { Bert2dnnError } from '../../foundation/errors.js';
import { fetchFiles } from '../../store/index.js';
import {
  choice,
  files,
  integer,
  list,
  type OptionValues,
  orStored,
  requiredPath,
  text,
} from '../options.js';
import { defineVerb } from '../verb.js';
import { COLUMN_OPTIONS, columnsOf } from './columns.js';

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
    onnxInput: choice(
      'onnx: what the model is given: ids (any student), words (listed n-grams), or text (preset paper). Default: ids.',
      ONNX_INPUTS,
      undefined,
    ),
    input: orStored(
      files(
        'Rows on which to measure what the precision costs: how far scores move, and with --label the metrics before and after.',
      ),
    ),
    ...COLUMN_OPTIONS,
    catalogue: files('browser: tables with the products, such as catalogue.tsv.'),
    titleColumn: text(
      "browser: column of the titles (default: the name of the student's second field).",
      '<name>',
    ),
    showColumns: list('browser: columns that are shown beneath a title.', '<name,...>'),
    heading: text('browser: heading of the page (default: Search).'),
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
  inputs: ({ model, input, catalogue }) => [model, ...input, ...catalogue],
  async run(values, { progress }) {
    const { model, format, precision, onnxInput, out, serve } = values;
    if (serve !== undefined && format !== 'browser') {
      throw new Bert2dnnError('USAGE', `serve: got the format ${format}, expected browser`);
    }
    const page = pageOptions(values);
    const student = await openStudent(model);
    const input = await openRows(values);
    const options = { student, format, precision, onnxInput, page, input, out, progress };
    const result = await exportStudent(options);
    return { ...result, server: serve === undefined ? undefined : await serveFolder(out, serve) };
  },
});

type Values = OptionValues<typeof exportVerb.options>;

/** The rows to measure on, if there are any. */
async function openRows(values: Values): Promise<ExampleSet | undefined> {
  if (values.input.length === 0) return undefined;
  const { paths } = await fetchFiles(values.input);
  const needs = values.label === undefined ? {} : { label: 'where-present' as const };
  return openExamples(paths, columnsOf(values), needs);
}

/** @throws Bert2dnnError USAGE if there is something to show of a catalogue, but no catalogue. */
function pageOptions(values: Values): PageOptions | undefined {
  const { catalogue, titleColumn, showColumns, heading, exampleQueries } = values;
  const settings = { titleColumn, showColumns, heading, exampleQueries };
  if (catalogue.length > 0) {
    return { catalogue, titleColumn, shownColumns: showColumns, heading, exampleQueries };
  }
  const given = Object.entries(settings).find(([, value]) => value !== undefined);
  if (given === undefined) return undefined;
  throw new Bert2dnnError('USAGE', `${given[0]}: got one without a catalogue, expected both`);
}
