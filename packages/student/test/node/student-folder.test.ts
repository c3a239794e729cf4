import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serializeStudent } from '../../src/format/student-file.js';
import { loadStudentFolder } from '../../src/node/index.js';
import { refusalOf } from '../refusal.js';
import { fullStudent } from '../tiny-student.js';

describe('loadStudentFolder', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bert2dnn-student-'));
    const { json, weights } = await serializeStudent(fullStudent());
    await writeFile(join(folder, 'student.json'), json);
    await writeFile(join(folder, 'student.safetensors'), weights);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads what was written', async () => {
    const student = await loadStudentFolder(folder);
    const example = { query: 'red drill', title: 'Red 12V drill' };
    expect(student.score(example)).toEqual(fullStudent().score(example));
  });

  it('names the file that is missing or changed', async () => {
    await writeFile(join(folder, 'student.safetensors'), 'cut off');
    const changed = await refusalOf(loadStudentFolder(folder));
    expect(changed).toContain(`STUDENT_INVALID ${join(folder, 'student.safetensors')}: got xxh64`);
    await rm(join(folder, 'student.safetensors'));
    const missing = await refusalOf(loadStudentFolder(folder));
    expect(missing).toBe(
      `STUDENT_FILE_MISSING ${join(folder, 'student.safetensors')}: cannot be read`,
    );
  });
});
