// What users get: the three packed packages, installed into an empty project, and a checkout answer `npx bert2dnn`.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = ['autodiff', 'student', 'bert2dnn'];
const execute = promisify(execFile);

interface LockEntry {
  name?: string;
  version?: string;
  resolved?: string;
  link?: boolean;
  dev?: boolean;
  dependencies?: Record<string, string>;
}

/** The lock file of the repository, with the tarballs in the place of the workspaces: what is cached is not looked up. */
async function writeProject(folder: string, tarballs: Record<string, string>): Promise<void> {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'));
  const dependencies = Object.fromEntries(
    Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`]),
  );
  const { overrides } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const packages: Record<string, LockEntry> = {
    '': { name: 'empty', version: '1.0.0', dependencies },
  };
  for (const [path, entry] of Object.entries<LockEntry>(lock.packages)) {
    if (path.startsWith('node_modules/') && !entry.link && !entry.dev) packages[path] = entry;
  }
  for (const name of PACKAGES) {
    const manifest = JSON.parse(
      await readFile(join(ROOT, 'packages', name, 'package.json'), 'utf8'),
    );
    packages[`node_modules/${manifest.name}`] = {
      ...manifest,
      resolved: dependencies[manifest.name],
    };
  }
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'empty', version: '1.0.0', private: true, dependencies, overrides }),
  );
  await writeFile(
    join(folder, 'package-lock.json'),
    JSON.stringify({
      name: 'empty',
      version: '1.0.0',
      lockfileVersion: 3,
      requires: true,
      packages,
    }),
  );
}

describe('npm pack', () => {
  let folder: string;
  const contents: Record<string, string[]> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bert2dnn-pack-'));
    const tarballs: Record<string, string> = {};
    for (const name of PACKAGES) {
      const { stdout } = await execute(
        'npm',
        ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
        { cwd: join(ROOT, 'packages', name), maxBuffer: 1 << 24 },
      );
      const parsed = JSON.parse(stdout);
      const [packed] = Array.isArray(parsed) ? parsed : Object.values<typeof parsed>(parsed);
      contents[packed.name] = packed.files.map((file: { path: string }) => file.path);
      tarballs[packed.name] = join(folder, packed.filename);
    }
    await writeProject(folder, tarballs);
    await execute(
      'npm',
      ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'],
      {
        cwd: folder,
        maxBuffer: 1 << 24,
      },
    );
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds built files, types, a licence and no sources or tests', () => {
    for (const files of Object.values(contents)) {
      expect(files).toContain('dist/index.js');
      expect(files).toContain('dist/index.d.ts');
      expect(files).toContain('LICENSE');
      expect(files).toContain('README.md');
      expect(files.filter((file) => /^(src|test)\/|tsbuildinfo/.test(file))).toEqual([]);
    }
  });

  it('answers `npx bert2dnn --help` in an empty project', async () => {
    const { stdout } = await execute('npx', ['--no-install', 'bert2dnn', '--help'], {
      cwd: folder,
    });
    for (const verb of [
      'prepare',
      'pretrain',
      'finetune',
      'score',
      'stack',
      'distill',
      'evaluate',
      'predict',
      'explain',
      'serve',
    ]) {
      expect(stdout).toMatch(new RegExp(`^\\s+${verb}\\b`, 'm'));
    }
  });

  it('is importable as a library, all three packages', async () => {
    const script = `
      const [autodiff, student, toolkit] = await Promise.all(
        ['@bert2dnn/autodiff', '@bert2dnn/student', 'bert2dnn'].map((name) => import(name)));
      console.log(typeof autodiff.Graph, typeof student.Student, typeof toolkit.distill);`;
    const { stdout } = await execute('node', ['--input-type=module', '-e', script], {
      cwd: folder,
    });
    expect(stdout.trim()).toBe('function function function');
  });
});

describe('a checkout', () => {
  it('answers `npx bert2dnn --version` after `npm ci` and a build', async () => {
    const { stdout } = await execute('npx', ['--no-install', 'bert2dnn', '--version'], {
      cwd: ROOT,
    });
    const { version } = JSON.parse(
      await readFile(join(ROOT, 'packages/bert2dnn/package.json'), 'utf8'),
    );
    expect(stdout.trim()).toBe(version);
  });
});
