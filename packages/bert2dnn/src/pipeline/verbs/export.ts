// `export`: a student for somewhere else, in fewer bytes where that is asked for.
import { join } from 'node:path';
import { PRECISIONS } from '@bert2dnn/student';
import { openExamples } from '../../data/index.js';
import { openStudent } from '../../evaluate/open-scorer.js';
import { exportStudent } from '../../export/export-student.js';
import { EXPORT_FORMAT_NAMES, EXPORT_FORMATS } from '../../export/formats.js';
import { ONNX_INPUTS } from '../../export/onnx-inputs.js';
import { fetchFiles } from '../../store/index.js';
import { choice, files, orStored, requiredPath } from '../options.js';
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
      'What a model in ONNX is given: ids (any student), words (listed n-grams), or text (preset paper). Default: ids.',
      ONNX_INPUTS,
      undefined,
    ),
    input: orStored(
      files(
        'Rows on which to measure what the precision costs: how far scores move, and with --label the metrics before and after.',
      ),
    ),
    ...COLUMN_OPTIONS,
    out: requiredPath('File or folder to write, as the format is one or the other.', '<path>'),
  },
  outIn: (stageFolder) => join(stageFolder, 'model.b2d'),
  inputs: ({ model, input }) => [model, ...input],
  async run(values, { progress }) {
    const { model, format, precision, onnxInput, out } = values;
    const options = { format, precision, onnxInput, out, progress };
    const student = await openStudent(model);
    if (values.input.length === 0) {
      return exportStudent({ ...options, student });
    }
    const { paths } = await fetchFiles(values.input);
    const needs = values.label === undefined ? {} : { label: 'where-present' as const };
    const input = await openExamples(paths, columnsOf(values), needs);
    return exportStudent({ ...options, student, input });
  },
});
