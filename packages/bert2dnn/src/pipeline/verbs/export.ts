// `export`: a student for somewhere else, in fewer bytes where that is asked for.
import { join } from 'node:path';
import { PRECISIONS } from '@bert2dnn/student';
import { openStudent } from '../../evaluate/open-scorer.js';
import { exportStudent } from '../../export/export-student.js';
import { EXPORT_FORMAT_NAMES, EXPORT_FORMATS } from '../../export/formats.js';
import { choice, requiredPath } from '../options.js';
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
    out: requiredPath('File or folder to write, as the format is one or the other.', '<path>'),
  },
  outIn: (stageFolder) => join(stageFolder, 'model.b2d'),
  inputs: ({ model }) => [model],
  async run({ model, format, precision, out }) {
    return exportStudent({ student: await openStudent(model), format, precision, out });
  },
});
