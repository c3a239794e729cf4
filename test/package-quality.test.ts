// The three packages as their users' tools see them: publint, are-the-types-wrong, TypeScript from CommonJS and for browsers.
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = ['autodiff', 'student', 'bert2dnn'];
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const execute = promisify(execFile);

/** ES modules only, for Node >= 20.19: what old resolution and CommonJS before `require` of ES modules see is not asked. */
const ASKED = ['node16-esm', 'bundler'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-quality-'));
  await mkdir(join(folder, 'node_modules/@bert2dnn'), { recursive: true });
  const links = {
    '@bert2dnn/student': 'student',
    '@bert2dnn/autodiff': 'autodiff',
    bert2dnn: 'bert2dnn',
  };
  for (const [name, path] of Object.entries(links)) {
    await symlink(join(ROOT, 'packages', path), join(folder, 'node_modules', name));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Type-checks and compiles one file; what the compiler says is the error. */
async function compile(file: string, code: string, options: string[]): Promise<void> {
  await writeFile(join(folder, file), code);
  const project = ['--target', 'es2022', '--strict', '--types', '', ...options, file];
  await execute(process.execPath, [TSC, ...project], { cwd: folder }).catch(({ stdout }) => {
    throw new Error(stdout);
  });
}

describe.each(PACKAGES)('package %s', (name) => {
  const pkgDir = join(ROOT, 'packages', name);

  it('is as publint wants it', async () => {
    const { messages } = await publint({ pkgDir, strict: true });
    const manifest = JSON.parse(await readFile(join(pkgDir, 'package.json'), 'utf8'));
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it('has types that are right for every entry', async () => {
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
    const { stdout } = await execute('npm', pack, { cwd: pkgDir, maxBuffer: 1 << 26 });
    const [{ filename }] = Object.values<{ filename: string }>(JSON.parse(stdout));
    const tarball = createPackageFromTarballData(await readFile(join(folder, filename)));
    const result = await checkPackage(tarball);
    if (result.types === false) throw new Error(`${name}: no types`);
    const problems = result.problems.filter(
      (problem) => !('resolutionKind' in problem) || ASKED.includes(problem.resolutionKind),
    );
    expect(problems).toEqual([]);
    // Every entry was looked at.
    const { exports } = JSON.parse(await readFile(join(pkgDir, 'package.json'), 'utf8'));
    expect(Object.keys(result.entrypoints).sort()).toEqual(Object.keys(exports).sort());
  });
});

describe('a consumer in TypeScript', () => {
  it('imports from CommonJS, and runs', async () => {
    const code = `
      import { splitWords, StudentError } from '@bert2dnn/student';
      import { loadStudent } from '@bert2dnn/student/node';
      import { explanationToText } from '@bert2dnn/student/explain';
      const words: string[] = splitWords('red drill');
      loadStudent('missing.b2d').catch((error: unknown) => {
        const kind: boolean = error instanceof StudentError;
        process.stdout.write(JSON.stringify([words, kind, typeof explanationToText]));
      });
      declare const process: { stdout: { write(text: string): void } };`;
    await compile('consumer.cts', code, ['--module', 'nodenext']);
    const output = execFileSync(process.execPath, ['--no-warnings', 'consumer.cjs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toEqual([['red', 'drill'], true, 'function']);
  });

  it("needs no types of Node for the student's browser entries, and none is broken", async () => {
    const code = `
      import { loadStudent, type Student } from '@bert2dnn/student/browser';
      import { explain, type Explanation } from '@bert2dnn/student/browser/explain';
      import { loadStudent as loadFromBundler } from '@bert2dnn/student';
      export const first = async (titles: string[]): Promise<Explanation> => {
        const student: Student = await loadStudent(new URL('model.b2d', location.href));
        const [best] = student.rank('drill', titles, { topK: 1 });
        return explain(student, ['drill', titles[best.index]]);
      };
      export const bytes = (model: ArrayBuffer | File) => loadFromBundler(model);`;
    const options = ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit'];
    await compile('page.ts', code, [...options, '--lib', 'es2023,dom', '--skipLibCheck', 'false']);
  });

  it('is told of a wrong call', async () => {
    const code = `import { loadStudent } from '@bert2dnn/student';
      export const wrong = loadStudent(42);`;
    await expect(
      compile('wrong.ts', code, ['--module', 'nodenext', '--lib', 'es2023,dom', '--noEmit']),
    ).rejects.toThrow(/TS2345/);
  });
});
