// The format `b2d`: one file that `loadStudent` opens anywhere, and any reader of safetensors too.
import { serializeModel } from '@bert2dnn/student';
import { writeFileAtomically } from '../foundation/files.js';
import type { ExportFormat } from './export-format.js';

export const b2dFormat: ExportFormat = {
  summary: 'one file for Node, browsers and workers, read by loadStudent',
  extension: '.b2d',
  async write(student, out) {
    const bytes = await serializeModel(student);
    await writeFileAtomically(out, bytes);
    return [{ path: out, sizeBytes: bytes.length }];
  },
};
