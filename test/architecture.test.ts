// Import direction: the rules of ARCHITECTURE.md, read from the imports themselves.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Lower lines may be imported by higher ones; folders on one line never import each other. */
const LAYERS = [
  ['foundation'],
  ['data'],
  ['store'],
  ['jobs'],
  ['teacher'],
  ['labels'],
  ['distill'],
  ['evaluate', 'analyze'],
  ['report', 'server', 'export'],
  ['pipeline'],
  ['cli'],
];

/** Where a heavy library may be imported; nowhere else. */
const HOMES: Record<string, RegExp> = {
  'onnxruntime-node': /^packages\/autodiff\/src\/onnx\/runtime\.ts$/,
  '@duckdb/node-api': /^packages\/bert2dnn\/src\/data\/duckdb\.ts$/,
  entities: /^packages\/bert2dnn\/src\/data\/text\/html\.ts$/,
  'franc-min': /^packages\/bert2dnn\/src\/data\/stats\/languages\.ts$/,
  '@aws-sdk/client-s3': /^packages\/bert2dnn\/src\/store\/s3\.ts$/,
  bullmq: /^packages\/bert2dnn\/src\/jobs\/redis-queue\.ts$/,
  ioredis: /^packages\/bert2dnn\/src\/jobs\/redis-connection\.ts$/,
  fastify: /^packages\/bert2dnn\/src\/server\//,
  commander: /^packages\/bert2dnn\/src\/cli\//,
};

interface Import {
  file: string;
  target: string;
  /** Loaded where it is called, and not with the file. */
  isOnDemand: boolean;
}

function listSources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function readImports(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => {
    const source = match[1] ?? match[2];
    const target = source.startsWith('.')
      ? join(dirname(file), source).replace(/\.js$/, '.ts')
      : source;
    return { file, target, isOnDemand: match[1] === undefined };
  });
}

const sources = ['autodiff', 'student', 'bert2dnn'].flatMap((name) =>
  listSources(`packages/${name}/src`),
);
const imports = sources.flatMap(readImports);

function layerOf(file: string): { folder: string; layer: number } | undefined {
  const folder = /^packages\/bert2dnn\/src\/([^/]+)\//.exec(file)?.[1];
  if (folder === undefined) return undefined;
  return { folder, layer: LAYERS.findIndex((line) => line.includes(folder)) };
}

describe('import direction', () => {
  it('reads a plausible number of imports', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(imports.length).toBeGreaterThan(sources.length);
  });

  it('lists every folder of bert2dnn in the layers', () => {
    const unknown = sources.filter((file) => layerOf(file)?.layer === -1);
    expect(unknown).toEqual([]);
  });

  it('goes down the layers of bert2dnn only', () => {
    const wrong = imports.filter(({ file, target }) => {
      const from = layerOf(file);
      const to = layerOf(target);
      if (from === undefined || to === undefined || from.folder === to.folder) return false;
      return to.layer >= from.layer;
    });
    expect(wrong).toEqual([]);
  });

  it('never leaves a package by a relative path', () => {
    const packageOf = (file: string) => /^packages\/([^/]+)\//.exec(file)?.[1];
    const wrong = imports.filter(
      ({ file, target }) => target.startsWith('packages/') && packageOf(file) !== packageOf(target),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps autodiff and student free of the toolkit and of each other', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        !file.startsWith('packages/bert2dnn/') && /^(@bert2dnn\/|bert2dnn)/.test(target),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps the core of the student free of Node', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        file.startsWith('packages/student/src/') &&
        !file.startsWith('packages/student/src/node/') &&
        !target.startsWith('packages/student/'),
    );
    expect(wrong).toEqual([]);
  });

  it('imports each heavy library in its one home', () => {
    const wrong = imports.filter(({ file, target }) => {
      const home = HOMES[target];
      return home !== undefined && !home.test(file);
    });
    expect(wrong).toEqual([]);
  });

  it('loads the libraries of stores and queues on demand only', () => {
    const heavy = /\/(store\/s3|jobs\/redis-queue)\.ts$/;
    const isType = (file: string, name: string) =>
      new RegExp(`import type [^;]*'[^']*/${name}\\.js'`).test(
        readFileSync(join(ROOT, file), 'utf8'),
      );
    const found = imports.filter(({ target }) => heavy.test(target));
    const early = found.filter(
      ({ file, target, isOnDemand }) =>
        !isOnDemand && !isType(file, (/[^/]+(?=\.ts$)/.exec(target) as RegExpExecArray)[0]),
    );
    expect(early).toEqual([]);
    expect(new Set(found.filter((each) => each.isOnDemand).map(({ target }) => target)).size).toBe(
      2,
    );
  });

  it('has no cycle between files', () => {
    const edges = new Map<string, string[]>();
    for (const { file, target } of imports) {
      edges.set(file, [...(edges.get(file) ?? []), target]);
    }
    expect(findCycle(edges)).toBeUndefined();
  });
});

function findCycle(edges: Map<string, string[]>): string[] | undefined {
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): string[] | undefined => {
    if (finished.has(node)) return undefined;
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    finished.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const cycle = visit(node);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
