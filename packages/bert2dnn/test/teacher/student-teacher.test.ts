// A student that scores as a teacher does: its logits in a folder of scores, beside those of a BERT in `stack`.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadStudentFolder } from '@bert2dnn/student/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExamples } from '../../src/data/index.js';
import { distill } from '../../src/distill/distill.js';
import { openScoreFolder, readLogits } from '../../src/labels/score-folder.js';
import { stackScores } from '../../src/labels/stack.js';
import { score } from '../../src/teacher/score.js';
import { loadTeacher } from '../../src/teacher/teacher.js';

const ROWS = Array.from({ length: 90 }, (_, row) => ({
  query: ['red drill', 'garden hose', 'saw'][row % 3],
  title: ['Drill, red', 'Hose for gardens', 'Hand saw', 'Blue drill'][row % 4],
}));

let work: string;
let input: string;
let students: string[];
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'student-teacher-'));
  input = join(work, 'rows.tsv');
  const lines = ROWS.map(({ query, title }, row) => `${query}\t${title}\t${row % 2}`);
  await writeFile(input, `query\ttitle\tlabel\n${lines.join('\n')}\n`);
  students = [];
  for (const seed of [1, 2]) {
    const out = join(work, `student-${seed}`);
    const columns = { fields: { query: 'query', title: 'title' }, label: 'label' };
    const set = await openExamples([input], columns, { label: true });
    await distill({ input: set, out, seed, epochs: 1, hiddenLayers: [8], embeddingSize: 8 });
    students.push(out);
  }
});
afterAll(() => rm(work, { recursive: true }));

async function scoreTo(name: string, teacher: string): Promise<string> {
  const out = join(work, name);
  const set = await openExamples([input], { fields: { query: 'query', title: 'title' } });
  await score({ teacher, input: set, out, shardRows: 40 });
  return out;
}

async function logitsOf(path: string): Promise<number[]> {
  const values: number[] = [];
  for await (const { logits } of readLogits(await openScoreFolder(path))) values.push(...logits);
  return values;
}

describe('a student as a teacher', () => {
  it('writes the logits that it gives, and can be stacked', async () => {
    const folders = [await scoreTo('one', students[0]), await scoreTo('two', students[1])];
    const logits = await Promise.all(folders.map(logitsOf));
    for (const [index, folder] of students.entries()) {
      const student = await loadStudentFolder(folder);
      expect(logits[index]).toEqual([...student.logits(ROWS)]);
    }
    expect(logits[0]).not.toEqual(logits[1]);
    const stacked = await stackScores({ scores: folders, out: join(work, 'labels') });
    expect(stacked).toMatchObject({ numRows: 90, numTeachers: 2 });
  });

  it('is told apart by its weights', async () => {
    const [first, second] = await Promise.all(students.map((folder) => loadTeacher(folder)));
    expect(first.fields).toEqual(['query', 'title']);
    expect(first.fingerprint).not.toBe(second.fingerprint);
    expect((await loadTeacher(students[0])).fingerprint).toBe(first.fingerprint);
  });

  it.each([
    { precision: 'int8' as const },
    { maxTokens: 32 },
    { onnxFile: 'model.onnx' },
    { embeddings: {} },
  ])('refuses options of a BERT: %j', async (options) => {
    await expect(loadTeacher(students[0], options)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(students[0]),
    });
  });
});
