// `bert2dnn explain` as a user runs it, and the function of the library.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serializeModel, serializeStudent } from '@bert2dnn/student';
import { loadStudent } from '@bert2dnn/student/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explain } from '../../src/library.js';
import { sampleStudent } from '../export/sample-students.js';
import { runCommand } from './command-line.js';

const student = sampleStudent({ preset: 'pair', fields: ['query', 'title'] });
const TEXTS = ['red drill', 'Cordless Drill, red'] as const;
const PAIR = ['--query', TEXTS[0], '--title', TEXTS[1]];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-explain-'));
  const { json, weights } = await serializeStudent(student);
  await mkdir(join(folder, 'student'));
  await writeFile(join(folder, 'student/student.json'), json);
  await writeFile(join(folder, 'student/student.safetensors'), weights);
  await writeFile(join(folder, 'model.b2d'), await serializeModel(student));
  await mkdir(join(folder, 'teacher'));
  await writeFile(join(folder, 'teacher/config.json'), '{"model_type":"bert"}');
});
afterAll(() => rm(folder, { recursive: true }));

describe('bert2dnn explain', () => {
  it('prints words and features, without colours where it is no terminal', async () => {
    const run = await runCommand(folder, ['explain', '--model', 'student', ...PAIR, '--top', '2']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const { score, logit } = (await loadStudent(join(folder, 'student'))).score(TEXTS);
    const sign = logit > 0 ? '+' : '';
    const lines = run.stdout.split('\n');
    expect(lines[0]).toBe(`score ${score.toFixed(3)}, logit ${sign}${logit.toFixed(2)}`);
    expect(run.stdout).toMatch(/^query .*\n.* {2}red\n.* {2}drill\n\ntitle .*\n.* {2}cordless\n/m);
    const features = lines.slice(lines.findIndex((line) => line.startsWith('by block: ')) + 1);
    expect(features).toHaveLength(2 + 2);
    expect(features[2]).toMatch(/ smaller features$/);
    expect(run.stdout).not.toContain('\u001b');
  });

  it('gives as JSON what the function gives, from a folder and from a file', async () => {
    const expected = await explain({
      model: join(folder, 'student'),
      query: TEXTS[0],
      title: TEXTS[1],
    });
    for (const model of ['student', 'model.b2d']) {
      const run = await runCommand(folder, ['explain', '--model', model, ...PAIR, '--json']);
      expect(JSON.parse(run.stdout)).toEqual(JSON.parse(JSON.stringify(expected)));
    }
  });

  it('takes fields by name, with signs of any kind in them', async () => {
    const texts = ['a=b, red', 'drill'];
    const args = ['--fields', `query=${texts[0]}`, `title=${texts[1]}`, '--json'];
    const run = await runCommand(folder, ['explain', '--model', 'student', ...args]);
    const { words, logit } = JSON.parse(run.stdout);
    expect(words.map(({ word }: { word: string }) => word)).toEqual(['a', 'b', 'red', 'drill']);
    expect(logit).toBeCloseTo(student.score(texts).logit, 5);
  });

  it('writes a page', async () => {
    const args = ['--html', 'why.html', '--method', 'leave-one-out'];
    const run = await runCommand(folder, ['explain', '--model', 'student', ...PAIR, ...args]);
    expect(run.stdout).toMatch(/\nas a page: why.html\n$/);
    expect(await readFile(join(folder, 'why.html'), 'utf8')).toContain('leaving each one out');
  });

  it.each([
    ['a teacher', ['--model', 'teacher', ...PAIR], 'teacher: got a teacher, expected a student'],
    ['no text', ['--model', 'student'], 'texts: got no text, expected query, title'],
    [
      'a field twice',
      ['--model', 'student', ...PAIR, '--fields', 'title=x'],
      '--title: got it in --fields, too, expected it once',
    ],
    [
      'a field without text',
      ['--model', 'student', '--fields', 'title'],
      '--fields: got "title", expected name=text',
    ],
    [
      'a field twice in a list',
      ['--model', 'student', '--fields', 'title=x', 'title=y'],
      '--fields: got ["title=x","title=y"], expected each field once',
    ],
    [
      'an unknown method',
      ['--model', 'student', ...PAIR, '--method', 'shap'],
      '--method: got "shap", expected one of integrated-gradients, leave-one-out',
    ],
  ])('refuses %s', async (_, args, message) => {
    const run = await runCommand(folder, ['explain', ...args]);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toContain(`error: ${message}\nhint: `);
  });
});
