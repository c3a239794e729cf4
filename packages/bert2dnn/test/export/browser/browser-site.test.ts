import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStudent, initializeParameters, loadStudent, type Student } from '@bert2dnn/student';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCatalogue } from '../../../demo/catalogue.js';
import { exportStudent } from '../../../src/export/export-student.js';
import { exportModel } from '../../../src/library.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'browser-site-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A student of hashed words, random but seeded. */
function makeStudent(fields = ['query', 'title'], numOutputs = 1): Student {
  let state = 7;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const definition = {
    format: 'bert2dnn-student',
    version: 1,
    preset: 'pair',
    fields,
    text: { tokenizer: 'default', ngrams: 1 },
    blocks: [{ name: 'words', kind: 'ngrams', fields, size: 50, vocabulary: 'hash' }],
    products: [],
    embeddingSize: 2,
    combiner: 'sum',
    hiddenLayers: [],
    numOutputs,
    calibration: { temperature: 1 },
  } as const;
  const parameters = initializeParameters(definition as never, random);
  return createStudent({ definition: definition as never, vocabularies: {}, parameters });
}

async function writeCatalogue(...lines: string[]): Promise<string> {
  const path = join(folder, 'products.tsv');
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

describe('export --format browser', () => {
  it('writes a folder that holds all a page needs', async () => {
    const catalogue = await writeCatalogue(
      'title\tprice\tid',
      'Red drill\t10.50\t1',
      '  Blue   drill\t\t2',
      '\t3.00\t3',
    );
    const student = makeStudent();
    const out = join(folder, 'page');
    const page = { catalogue: [catalogue], shownColumns: ['price'], exampleQueries: ['drill'] };
    const { files } = await exportStudent({ student, format: 'browser', page, out });
    const names = await readdir(out);
    expect(files.map(({ path }) => path).sort()).toEqual(
      names.map((name) => join(out, name)).sort(),
    );
    expect(names.sort()).toEqual([
      'README.md',
      'catalogue.tsv',
      'demo.css',
      'demo.js',
      'demo.json',
      'explain.min.js',
      'index.html',
      'model.b2d',
      'reference.min.js',
      'student.min.js',
      'worker.js',
    ]);
    expect(parseCatalogue(await readFile(join(out, 'catalogue.tsv'), 'utf8'))).toEqual({
      titles: ['Red drill', 'Blue drill'],
      columns: ['price'],
      details: [['10.50'], ['']],
    });
    const model = await readFile(join(out, 'model.b2d'));
    expect(JSON.parse(await readFile(join(out, 'demo.json'), 'utf8'))).toEqual({
      name: 'Search',
      queryField: 'query',
      titleField: 'title',
      numProducts: 2,
      exampleQueries: ['drill'],
      modelSizeBytes: model.length,
    });
    const loaded = await loadStudent(model);
    const pair = ['drill', 'Red drill'];
    expect(loaded.score(pair).logit).toBe(student.score(pair).logit);
  });

  it('names only files that are in the folder, and loads nothing from elsewhere', async () => {
    const catalogue = await writeCatalogue('title', 'Red drill');
    const out = join(folder, 'page');
    await exportStudent({
      student: makeStudent(),
      format: 'browser',
      page: { catalogue: [catalogue] },
      out,
    });
    const names = await readdir(out);
    const texts = await Promise.all(
      ['index.html', 'demo.js', 'worker.js'].map((name) => readFile(join(out, name), 'utf8')),
    );
    const [html, demo, worker] = texts;
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link);
    for (const link of links) {
      if (!link.startsWith('data:image/')) expect(names).toContain(link);
    }
    expect(demo).toMatch(/new URL\("worker\.js"/);
    expect(worker).toMatch(/from "\.\/student\.min\.js"/);
    for (const text of texts) expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  });

  it('finds example queries: frequent neighbours, no word twice', async () => {
    const catalogue = await writeCatalogue(
      'title',
      ...Array.from({ length: 3 }, () => 'Impact drill set'),
      ...Array.from({ length: 2 }, () => 'Garden hose 20 m'),
      'Drill press',
    );
    const out = join(folder, 'page');
    await exportStudent({
      student: makeStudent(),
      format: 'browser',
      page: { catalogue: [catalogue] },
      out,
    });
    const { exampleQueries } = JSON.parse(await readFile(join(out, 'demo.json'), 'utf8'));
    // "drill set" and "drill press" share a word with "impact drill".
    expect(exampleQueries).toEqual(['impact drill', 'garden hose']);
  });

  it('cuts a long title between characters, and keeps lines and cells whole', async () => {
    const path = join(folder, 'products.jsonl');
    const long = `${'x'.repeat(398)}😀 and more`;
    const rows = [{ title: long }, { title: 'tab\there\nline' }];
    await writeFile(path, rows.map((row) => JSON.stringify(row)).join('\n'));
    const out = join(folder, 'page');
    await exportStudent({
      student: makeStudent(),
      format: 'browser',
      page: { catalogue: [path] },
      out,
    });
    const { titles } = parseCatalogue(await readFile(join(out, 'catalogue.tsv'), 'utf8'));
    expect(titles).toEqual([`${'x'.repeat(398)}…`, 'tab here line']);
  });

  it('writes again over a page of its own, and over nothing else', async () => {
    const catalogue = await writeCatalogue('title', 'Red drill');
    const out = join(folder, 'page');
    const options = {
      student: makeStudent(),
      format: 'browser',
      page: { catalogue: [catalogue] },
      out,
    } as const;
    await exportStudent(options);
    await exportStudent(options);
    await writeFile(join(out, 'notes.txt'), 'mine');
    await expect(exportStudent(options)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(await readFile(join(out, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('refuses what cannot be a page', async () => {
    const catalogue = [await writeCatalogue('name', 'Red drill')];
    const out = join(folder, 'page');
    const format = 'browser' as const;
    const student = makeStudent();
    const fails = (options: object, expected: object) =>
      expect(exportStudent({ student, format, out, ...options })).rejects.toMatchObject(expected);
    await fails({}, { code: 'USAGE', message: expect.stringContaining('catalogue: missing') });
    await fails({ page: { catalogue } }, { code: 'COLUMN_MISSING' });
    await fails({ page: { catalogue }, format: 'folder' }, { code: 'USAGE' });
    await fails(
      { page: { catalogue, titleColumn: 'name' }, student: makeStudent(['text']) },
      { code: 'USAGE', message: expect.stringContaining('got a student of 1 fields (text)') },
    );
    await fails(
      { page: { catalogue, titleColumn: 'name' }, student: makeStudent(['query', 'title'], 3) },
      { code: 'USAGE', message: expect.stringContaining('3 outputs') },
    );
    const empty = [await writeCatalogue('title', '')];
    await fails({ page: { catalogue: empty } }, { code: 'TOO_FEW_EXAMPLES' });
    await expect(readdir(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('serves the page where that is asked for', async () => {
    const catalogue = [await writeCatalogue('title', 'Red drill')];
    const model = join(folder, 'model.b2d');
    await exportStudent({ student: makeStudent(), format: 'b2d', out: model });
    const out = join(folder, 'page');
    const { server } = await exportModel({ model, format: 'browser', catalogue, out, serve: 0 });
    try {
      const page = await fetch(server!.url);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(await page.text()).toBe(await readFile(join(out, 'index.html'), 'utf8'));
    } finally {
      await server?.close();
    }
    await expect(
      exportModel({ model, format: 'b2d', out: join(folder, 'other.b2d'), serve: 0 }),
    ).rejects.toMatchObject({ code: 'USAGE' });
    await expect(
      exportModel({ model, format: 'b2d', out: join(folder, 'other.b2d'), heading: 'Shop' }),
    ).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('heading') });
  });
});
