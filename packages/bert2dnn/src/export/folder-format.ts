// The format `folder`: the student folder that `distill` writes, without the record of a training.
import { join } from 'node:path';
import { STUDENT_FILES, serializeStudent } from '@bert2dnn/student';
import { writeFileAtomically } from '../foundation/files.js';
import { type IsOurs, writeFolderAtomically } from '../foundation/folders.js';
import type { ExportFormat } from './export-format.js';

/** Whether a folder is an exported one with nothing added. That of a training is not: its record would be lost. */
const isExportedFolder: IsOurs = (names) =>
  names.length === 2 && Object.values(STUDENT_FILES).every((name) => names.includes(name));

export const folderFormat: ExportFormat = {
  summary: 'a student folder, student.json and student.safetensors',
  async write(student, out) {
    const { json, weights } = await serializeStudent(student);
    await writeFolderAtomically(out, { isOurs: isExportedFolder }, async (folder) => {
      await writeFileAtomically(join(folder, STUDENT_FILES.weights), weights);
      await writeFileAtomically(join(folder, STUDENT_FILES.json), json);
    });
    return [
      { path: join(out, STUDENT_FILES.json), sizeBytes: Buffer.byteLength(json) },
      { path: join(out, STUDENT_FILES.weights), sizeBytes: weights.length },
    ];
  },
};
