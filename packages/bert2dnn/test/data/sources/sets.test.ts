// Every set from its fixture to its files, and on with the `prepare` command that the import gives.
// One file: every set is asked the same questions.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/command-line.js';
import { writeEsci } from './esci-files.js';
import { columnOf, copyOf, fixtureOf, importInto, readRows, workFolder } from './import-set.js';

const work = await workFolder();
const rowsOf = (out: string, name: string) => readRows(join(out, `${name}.parquet`));

/** Runs the command that an import gives and returns what `prepare` counted. */
async function goOn({ argv }: { argv: string[] }) {
  const { status, stdout, stderr } = await runCommand(work, [...argv, '--json', '--quiet']);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as {
    fields: string[];
    task: { labelRange: [number, number] };
    labelled: { numRead: number };
    transfer: Record<string, number>;
  };
}

describe('sst2', () => {
  it('takes train and dev with their split, quotes and all, and leaves test alone', async () => {
    const { out, outputs, prepare } = await importInto(work, 'sst2');
    expect(Object.keys(outputs)).toEqual(['labelled']);
    const rows = await rowsOf(out, 'labelled');
    expect(rows).toHaveLength(14);
    expect(rows[1]).toEqual({
      text: 'it sings " quietly " , and it stays ',
      label: '1.0',
      split: 'train',
    });
    expect(rows.slice(12)).toEqual([
      { text: 'an afternoon well spent .', label: '1.0', split: 'dev' },
      { text: 'an evening lost .', label: '0.0', split: 'dev' },
    ]);
    expect(await goOn(prepare)).toMatchObject({ fields: ['text'], labelled: { numRead: 14 } });
  });

  it('takes the split that is asked for', async () => {
    const { out } = await importInto(work, 'sst2', { split: ['dev'] });
    expect(columnOf(await rowsOf(out, 'labelled'), 'split')).toEqual(['dev', 'dev']);
  });
});

describe('imdb', () => {
  it('takes polarity, stars, film and split from the names, and the unsupervised reviews', async () => {
    const { out, prepare } = await importInto(work, 'imdb');
    const rows = await rowsOf(out, 'labelled');
    expect(rows).toHaveLength(12);
    expect(rows[1]).toEqual({
      text: 'I loved it.<br /><br />Go and see number 1 of the train reels, café and all.',
      label: '1.0',
      stars: '7',
      split: 'train',
      group: 'tt0000102',
    });
    expect(columnOf(rows, 'split')).toEqual([...Array(6).fill('train'), ...Array(6).fill('test')]);
    expect(columnOf(rows.slice(0, 6), 'stars')).toEqual(['9', '7', '10', '1', '4', '2']);
    const others = await rowsOf(out, 'unlabelled');
    expect(columnOf(others, 'text')).toEqual([
      'A film about clouds, part 0.',
      'A film about clouds, part 1.',
    ]);
    const prepared = await goOn(prepare);
    expect(prepared.labelled.numRead).toBe(12);
    // Three films are three groups, so every split has the reviews of one film at least.
    expect(prepare.argv.join(' ')).toContain(
      '--text text --label label --label-range 0:1 --group group',
    );
  });

  it('has no group where a file of film pages is absent', async () => {
    const from = await copyOf('imdb', work);
    const { rm } = await import('node:fs/promises');
    await rm(join(from, 'aclImdb/test/urls_neg.txt'));
    const { out, prepare, notes } = await importInto(work, 'imdb', { from });
    expect(Object.keys((await rowsOf(out, 'labelled'))[0])).toEqual([
      'text',
      'label',
      'stars',
      'split',
    ]);
    expect(prepare.argv).not.toContain('--group');
    expect(notes.join()).toContain('the films are unknown');
  });
});

describe('amazon-reviews', () => {
  it('takes the form of 2023, and not the file of products', async () => {
    const from = join(fixtureOf('amazon-reviews'), '2023');
    const { out, label, prepare } = await importInto(work, 'amazon-reviews', { from });
    const rows = await rowsOf(out, 'labelled');
    expect(columnOf(rows, 'label')).toEqual(['5.0', '1.0', '4.0', '2.0', '5.0', '3.0']);
    expect(columnOf(rows, 'group')).toEqual(['P0', 'P0', 'P1', 'P1', 'P2', 'P2']);
    expect(rows[3]).toMatchObject({ text: 'The lid is loose.\nThe rest too.', title: 'Meh' });
    expect(label.range).toEqual([1, 5]);
    expect((await goOn(prepare)).task.labelRange).toEqual([1, 5]);
  });

  it('takes the form of 2018, gzipped, with reviews that have no text', async () => {
    const from = join(work, 'socks');
    await mkdir(from);
    const plain = await readFile(join(fixtureOf('amazon-reviews'), '2018/Socks_5.json'));
    await writeFile(join(from, 'Socks_5.json.gz'), gzipSync(plain));
    const { out } = await importInto(work, 'amazon-reviews', { from });
    expect(await rowsOf(out, 'labelled')).toEqual([
      { text: 'Very warm socks.', title: 'Five Stars', label: '5.0', group: '0000' },
      { text: 'A hole on day one.', title: 'One Star', label: '1.0', group: '0001' },
      { text: '', title: 'No text', label: '4.0', group: '0009' },
    ]);
  });

  it('draws labelled rows by the seed; the others are unlabelled, nothing is lost or twice', async () => {
    const from = join(fixtureOf('amazon-reviews'), '2023');
    const draw = async (seed: number) => {
      const { out } = await importInto(work, 'amazon-reviews', { from, maxLabelled: 2, seed });
      const labelled = await rowsOf(out, 'labelled');
      return { labelled, unlabelled: await rowsOf(out, 'unlabelled') };
    };
    const { labelled, unlabelled } = await draw(1);
    expect(labelled).toHaveLength(2);
    expect(Object.keys(unlabelled[0])).toEqual(['text', 'title']);
    const titles = columnOf([...labelled, ...unlabelled], 'title').sort();
    expect(titles).toEqual(['Fine', 'Good kettle', 'Lovely', 'Meh', 'No', 'So-so']);
    expect(await draw(1)).toEqual({ labelled, unlabelled });
    const others = await Promise.all([2, 3, 4].map(draw));
    expect(others.some((other) => other.labelled[0].title !== labelled[0].title)).toBe(true);
  });
});

describe('home-depot', () => {
  it('decodes Latin-1, joins brands and descriptions, and keeps the grades', async () => {
    const { out, prepare } = await importInto(work, 'home-depot');
    const labelled = await rowsOf(out, 'labelled');
    expect(columnOf(labelled, 'label')).toEqual([
      '3.0',
      '2.67',
      '2.33',
      '1.0',
      '2.67',
      '1.33',
      '3.0',
      '1.0',
    ]);
    expect(labelled[1]).toEqual({
      query: 'lamp "brass"',
      title: 'Brass Café Table Lamp',
      label: '2.67',
      item: '100001',
    });
    expect(await rowsOf(out, 'unlabelled')).toEqual([
      { query: 'café lamp', title: 'Brass Café Table Lamp', item: '100001' },
      { query: 'garden hose', title: 'Garden Hose – 50 ft.', item: '100005' },
    ]);
    const none = { brand: '', description: '' };
    expect(await rowsOf(out, 'catalogue')).toEqual([
      {
        id: '100001',
        title: 'Brass Café Table Lamp',
        brand: 'Lumière',
        description: 'A lamp, of brass.',
      },
      {
        id: '100002',
        title: 'Steel Shelf Bracket, 8 in. x 10 in. (2-Pack)',
        brand: 'Braket & Co',
        description: 'Holds a shelf.\nSold in pairs.',
      },
      { id: '100003', title: '90° Elbow Fitting', ...none },
      { id: '100004', title: 'Oak Paint Brush 2" Wide', ...none },
      { id: '100005', title: 'Garden Hose – 50 ft.', brand: '', description: 'A hose é in UTF-8.' },
    ]);
    expect(columnOf(await rowsOf(out, 'queries'), 'query')).toEqual(['café lamp', 'garden hose']);
    const prepared = await goOn(prepare);
    expect(prepared.task.labelRange).toEqual([1, 3]);
    expect(prepared.fields).toEqual(['query', 'title']);
  });

  it('needs train.csv only', async () => {
    const from = join(work, 'depot-alone');
    await mkdir(from);
    const plain = await readFile(join(fixtureOf('home-depot'), 'train.csv'));
    await writeFile(join(from, 'train.csv.gz'), gzipSync(plain));
    const { outputs } = await importInto(work, 'home-depot', { from });
    expect(Object.keys(outputs)).toEqual(['labelled', 'catalogue']);
    expect(outputs.catalogue?.rows).toBe(4);
  });
});

describe('crowdflower', () => {
  it('keeps median and variance; titles are a catalogue with the first description that is one', async () => {
    const { out, prepare } = await importInto(work, 'crowdflower');
    const labelled = await rowsOf(out, 'labelled');
    expect(labelled).toHaveLength(8);
    expect(labelled[1]).toEqual({
      query: 'wool socks',
      title: 'Cotton Socks',
      label: '2.0',
      relevance_variance: '0.471',
    });
    expect(labelled[3].title).toBe('Desk Lamp "Ada"');
    expect((await rowsOf(out, 'catalogue')).slice(0, 3)).toEqual([
      { title: 'Grey Wool Socks, 2 Pairs', description: '<p>Warm.</p>\n<p>Soft, too.</p>' },
      { title: 'Cotton Socks', description: '' },
      { title: 'Garden Rake', description: 'A rake' },
    ]);
    expect(await rowsOf(out, 'unlabelled')).toEqual([
      { query: 'wool socks', title: 'Silk Socks' },
      { query: 'tea pot', title: 'Tea Pot, Blue' },
    ]);
    expect((await goOn(prepare)).task.labelRange).toEqual([1, 4]);
  });
});

describe('esci', () => {
  it('joins products by id and country; the letters become grades by their order', async () => {
    const from = join(work, 'esci');
    await writeEsci(from);
    const { out, label, notes, prepare } = await importInto(work, 'esci', { from });
    const labelled = await rowsOf(out, 'labelled');
    // The twelfth row names a product that is not there; the Spanish one is of another country.
    expect(columnOf(labelled, 'esci_label').join('')).toBe('ESCIEIEISI');
    expect(columnOf(labelled, 'label')).toEqual([
      '3.0',
      '2.0',
      '1.0',
      '0.0',
      '3.0',
      '0.0',
      '3.0',
      '0.0',
      '2.0',
      '0.0',
    ]);
    expect(labelled[0]).toEqual({
      query: 'usb cable 2m',
      title: 'USB cable, 2 m',
      label: '3.0',
      esci_label: 'E',
      split: 'train',
      locale: 'us',
      item: 'B1',
    });
    expect(notes.join()).toContain('1 rows name a product that is not there');
    expect(label.range).toEqual([0, 3]);
    expect((await rowsOf(out, 'catalogue')).map((row) => [row.id, row.title, row.brand])).toEqual([
      ['B1', 'USB cable, 2 m', 'Kabo'],
      ['B2', 'USB cable, 1 m', 'Kabo'],
      ['B3', 'USB charger', ''],
      ['B4', 'Garden chair', 'Sedo'],
    ]);
    expect((await goOn(prepare)).task.labelRange).toEqual([0, 3]);
  });

  it('takes country, version, split and gains as asked', async () => {
    const from = join(work, 'esci');
    await writeEsci(from);
    const spain = await importInto(work, 'esci', { from, locale: 'es' });
    expect(columnOf(await rowsOf(spain.out, 'labelled'), 'title')).toEqual(['Silla de jardín']);
    const all = await importInto(work, 'esci', { from, locale: 'all', smallVersion: true });
    expect(columnOf(await rowsOf(all.out, 'labelled'), 'query')).toEqual([
      ...Array(4).fill('usb cable 2m'),
      'silla',
    ]);
    const gains = await importInto(work, 'esci', { from, split: ['train'], grades: 'gain' });
    const labelled = await rowsOf(gains.out, 'labelled');
    expect(columnOf(labelled, 'label').slice(0, 4)).toEqual(['1.0', '0.1', '0.01', '0.0']);
    expect(new Set(columnOf(labelled, 'split'))).toEqual(new Set(['train']));
    expect(gains.label.range).toEqual([0, 1]);
  });
});

describe('wands', () => {
  it('reads quoted tab-separated files and grades the three names', async () => {
    const { out, notes, prepare } = await importInto(work, 'wands');
    const labelled = await rowsOf(out, 'labelled');
    expect(columnOf(labelled, 'label')).toEqual(['2.0', '0.0', '0.0', '2.0', '1.0', '2.0', '0.0']);
    expect(labelled[4]).toEqual({
      query: 'blue rug',
      title: 'solid oak chair , set of 2',
      label: '1.0',
      published_label: 'Partial',
      item: '0',
    });
    expect(notes.join()).toContain('1 labels name a query or a product that is not there');
    expect(await rowsOf(out, 'catalogue')).toEqual([
      {
        id: '0',
        title: 'solid oak chair , set of 2',
        category: 'Furniture / Kitchen & Dining / Chairs',
        description: 'a chair , of oak',
      },
      {
        id: '1',
        title: "blue rug 27.5 '' wide",
        category: 'Rugs / Area Rugs',
        description: 'it is "blue" , mostly\nand soft',
      },
      { id: '2', title: 'tall brass lamp', category: 'Floor Lamps', description: '' },
    ]);
    expect((await goOn(prepare)).task.labelRange).toEqual([0, 2]);
  });
});

describe('ms-marco', () => {
  const triples = async () => {
    const from = await copyOf('ms-marco', work);
    const plain = await readFile(join(from, 'triples/qidpidtriples.train.full.2.tsv'));
    await writeFile(join(from, 'qidpidtriples.train.full.2.tsv.gz'), gzipSync(plain));
    return from;
  };

  it('takes unmarked candidates as negatives, without answers and duplicates', async () => {
    const { out, notes, prepare } = await importInto(work, 'ms-marco', { from: await triples() });
    const rows = await rowsOf(out, 'labelled');
    const pairs = rows.map((row) => [row.query_id, row.item, row.label, row.evidence].join(' '));
    // Candidates of 102 are 6, and 2, which is an answer; 101 has 0 twice.
    expect(pairs).toEqual([
      '101 1 1.0 judged',
      '101 0 0.0 candidate',
      '101 4 0.0 candidate',
      '102 2 1.0 judged',
      '102 3 1.0 judged',
      '102 6 0.0 candidate',
      '103 4 1.0 judged',
      '103 5 0.0 candidate',
      '104 7 1.0 judged',
      '104 6 0.0 candidate',
    ]);
    expect(rows[3]).toMatchObject({
      query: 'what is a glacier',
      title: 'A "glacier" is a slow river of ice.',
    });
    expect(notes.join()).toContain('label 0 is assumed');
    expect(await rowsOf(out, 'catalogue')).toHaveLength(10);
    expect(await rowsOf(out, 'queries')).toHaveLength(5);
    expect((await goOn(prepare)).fields).toEqual(['query', 'title']);
  });

  it('draws random passages where there are no candidates, and says so', async () => {
    const { out, notes } = await importInto(work, 'ms-marco', { negatives: 2 });
    const rows = await rowsOf(out, 'labelled');
    const answers = new Set(['101 1', '102 2', '102 3', '103 4', '104 7']);
    const negatives = rows.filter((row) => row.evidence === 'random');
    expect(negatives).toHaveLength(8);
    for (const { query_id, item, label } of negatives) {
      expect(answers.has(`${query_id} ${item}`)).toBe(false);
      expect(label).toBe('0.0');
    }
    const keys = rows.map((row) => `${row.query_id} ${row.item}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(notes.join()).toContain('random passages');
    const again = await importInto(work, 'ms-marco', { negatives: 2 });
    expect(await rowsOf(again.out, 'labelled')).toEqual(rows);
  });

  it('draws queries, and reads the dev split with its top 1000', async () => {
    const few = await importInto(work, 'ms-marco', { maxQueries: 2 });
    expect(new Set(columnOf(await rowsOf(few.out, 'labelled'), 'query_id')).size).toBe(2);
    const dev = await importInto(work, 'ms-marco', { split: ['dev'] });
    expect(columnOf(await rowsOf(dev.out, 'labelled'), 'title')).toEqual([
      'An otter sleeps on its back.',
      'Otters hold hands, sometimes.',
    ]);
  });
});

describe('source.json', () => {
  it('says what was read, what was written, and how to go on', async () => {
    const { out, outputs, prepare } = await importInto(work, 'home-depot');
    const source = JSON.parse(await readFile(join(out, 'source.json'), 'utf8'));
    expect(source).toMatchObject({
      format: 'bert2dnn-source',
      name: 'home-depot',
      label: { column: 'label', range: [1, 3] },
      fields: { query: 'query', title: 'title' },
      outputs: {
        labelled: {
          file: 'labelled.parquet',
          rows: 8,
          columns: ['query', 'title', 'label', 'item'],
        },
      },
    });
    expect(source.outputs).toEqual(outputs);
    expect(source.prepare).toEqual(prepare);
    expect(source.licence).toContain('Kaggle');
    const inputs = source.provenance.inputs as {
      path: string;
      rows: number;
      fingerprint: string;
    }[];
    expect(inputs.map(({ path, rows }) => [path.split('/').at(-1), rows])).toEqual([
      ['train.csv', 8],
      ['test.csv', 2],
      ['product_descriptions.csv', 3],
      ['attributes.csv', 5],
    ]);
    for (const { fingerprint } of inputs) expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  it('gives the same bytes for the same files and seed', async () => {
    const [left, right] = [await importInto(work, 'ms-marco'), await importInto(work, 'ms-marco')];
    expect(left.outputs).toEqual(right.outputs);
  });
});
