// The format `onnx`: one file for ONNX Runtime in any language. What is in it: `onnx.ts`.
import { writeFileAtomically } from '../foundation/files.js';
import type { ExportFormat } from './export-format.js';

export const onnxFormat: ExportFormat = {
  summary: 'one file for ONNX Runtime in any language',
  extension: '.onnx',
  async write(student, out, { onnxInput = 'ids' }) {
    // On demand: other formats do without the writer of models.
    const { studentToOnnx } = await import('./onnx.js');
    const bytes = studentToOnnx(student, onnxInput);
    await writeFileAtomically(out, bytes);
    return [{ path: out, sizeBytes: bytes.length }];
  },
};
