// `data import` and `data list` as a user types them.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixtureOf } from '../data/sources/import-set.js';
import { runCommand } from './command-line.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-data-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('imports a set and prints the command that goes on', async () => {
  const args = ['data', 'import', 'wands', '--from', fixtureOf('wands'), '--out', 'my wands'];
  const { status, stdout, stderr } = await runCommand(folder, [...args, '--quiet']);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/labelled\.parquet +7 rows: query, title, label, published_label, item/);
  expect(stdout).toContain('label: 0..2, 0 Irrelevant, 1 Partial, 2 Exact');
  expect(stdout).toContain(
    "  bert2dnn prepare --labelled 'my wands/labelled.parquet' --catalogue 'my wands/catalogue.parquet' " +
      "--queries 'my wands/queries.parquet' --fields query=query,title=title --label label --label-range 0:2 --out 'my wands-prepared'",
  );
  expect((await readdir(join(folder, 'my wands'))).sort()).toEqual([
    'catalogue.parquet',
    'labelled.parquet',
    'queries.parquet',
    'source.json',
  ]);
});

it('is a stage of a run', async () => {
  const stages = {
    wands: { verb: 'import', name: 'wands', from: fixtureOf('wands') },
    data: {
      verb: 'prepare',
      labelled: ['@wands/labelled.parquet'],
      fields: { query: 'query', title: 'title' },
      labelRange: [0, 2],
    },
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ stages }));
  const { status, stdout, stderr } = await runCommand(folder, [
    'run',
    'config.json',
    '--json',
    '--quiet',
  ]);
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout).stages).toMatchObject([{ status: 'done' }, { status: 'done' }]);
});

it('lists the sets within 100 columns, or one of them as JSON', async () => {
  const all = await runCommand(folder, ['data', 'list']);
  expect(all.status).toBe(0);
  for (const name of [
    'sst2',
    'imdb',
    'amazon-reviews',
    'home-depot',
    'crowdflower',
    'esci',
    'wands',
    'ms-marco',
  ]) {
    expect(all.stdout).toMatch(new RegExp(`^${name}: `, 'm'));
  }
  expect(Math.max(...all.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  const one = await runCommand(folder, ['data', 'list', 'esci', '--json']);
  expect(JSON.parse(one.stdout)).toMatchObject([{ name: 'esci', licence: 'Apache-2.0' }]);
});

it('ends with 2 and a hint for wrong usage', async () => {
  for (const [args, message] of [
    [['data', 'import', 'wandz'], /Did you mean wands\?/],
    [['data', 'import'], /missing, expected <sst2\|imdb\|/],
    [['data', 'imprt'], /Did you mean import\?/],
    [['data'], /a subcommand is missing/],
    [['data', 'import', 'wands', '--fron', 'x'], /Did you mean --from\?/],
  ] as const) {
    const { status, stdout, stderr } = await runCommand(folder, args);
    expect(status, args.join(' ')).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  }
});
