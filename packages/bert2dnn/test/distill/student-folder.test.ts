// The student's folder: whole or not at all, and in the place of an earlier student only.
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createStudent,
  initializeParameters,
  type Student,
  type StudentDefinition,
} from '@bert2dnn/student';
import { loadStudentFolder } from '@bert2dnn/student/node';
import { expect, it } from 'vitest';
import { writeStudentFolder } from '../../src/distill/student-folder.js';
import { createRandom } from '../../src/foundation/random.js';
import { makeTestFolder } from '../labels/score-fixture.js';

const folder = await makeTestFolder();

function makeStudent(seed: number): Student {
  const definition: StudentDefinition = {
    format: 'bert2dnn-student',
    version: 1,
    preset: 'test',
    fields: ['text'],
    text: { tokenizer: 'default', ngrams: 1 },
    blocks: [{ name: 'bag', kind: 'ngrams', fields: ['text'], size: 16, vocabulary: 'hash' }],
    products: [],
    embeddingSize: 4,
    combiner: 'mean',
    hiddenLayers: [4],
    numOutputs: 1,
    calibration: { temperature: 1 },
  };
  const parameters = initializeParameters(definition, createRandom(seed, 'student').next);
  return createStudent({ definition, vocabularies: {}, parameters });
}

const scoreOf = (student: Student) => student.score(['red shoe']).logit;
/** By the executor that the student in memory has, so that the numbers are the same to the bit. */
const scoreOfFolder = async (path: string) =>
  scoreOf(await loadStudentFolder(path, { executor: 'reference' }));
const FILES = ['student.json', 'student.safetensors', 'training.json'];

it('writes a student that scores the same, and gives the bytes of the model', async () => {
  const out = join(folder, 'student');
  const first = makeStudent(1);
  const sizeBytes = await writeStudentFolder(out, first, {});
  expect(await scoreOfFolder(out)).toBe(scoreOf(first));
  const sizes = await Promise.all(FILES.slice(0, 2).map((name) => stat(join(out, name))));
  expect(sizeBytes).toBe(sizes[0].size + sizes[1].size);
  const second = makeStudent(2);
  await writeStudentFolder(out, second, {});
  expect(await scoreOfFolder(out)).toBe(scoreOf(second));
  expect((await readdir(out)).sort()).toEqual(FILES);
});

it('keeps the earlier student whole when the new one cannot be written', async () => {
  const out = join(folder, 'kept');
  await writeStudentFolder(out, makeStudent(1), { epochs: 1 });
  const before = await Promise.all(FILES.map((name) => readFile(join(out, name))));
  // The weights are written before JSON refuses the record of the training.
  const failing = writeStudentFolder(out, makeStudent(2), 1n as never);
  await expect(failing).rejects.toThrow(/BigInt/);
  expect(await Promise.all(FILES.map((name) => readFile(join(out, name))))).toEqual(before);
  expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
});

it('refuses a folder that holds more than a student', async () => {
  const out = join(folder, 'mixed');
  await writeStudentFolder(out, makeStudent(1), {});
  await writeFile(join(out, 'notes.md'), '');
  await expect(writeStudentFolder(out, makeStudent(2), {})).rejects.toMatchObject({
    code: 'WRITE_FAILED',
    message: expect.stringContaining('"notes.md"'),
  });
  const other = join(folder, 'other');
  await mkdir(other);
  await writeFile(join(other, 'training.json'), '{}');
  await expect(writeStudentFolder(other, makeStudent(2), {})).rejects.toMatchObject({
    code: 'WRITE_FAILED',
  });
});
