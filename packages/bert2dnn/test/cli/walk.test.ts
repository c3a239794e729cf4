// The whole walk as a user types it, on a small shop; and what bad input gives at each step of it.
// One file: both parts stand on the same walk, which takes a while to make.

import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readSafetensors, writeSafetensors } from '@bert2dnn/student';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandRun, MAIN_FILE, runCommand, runProgram } from './command-line.js';

const PAIR = ['--fields', 'query,title', '--label', 'grade', '--label-range', '1:4'];
const FAST = ['--quiet', '--threads', '1'];
const TINY = [
  '--model',
  'tiny',
  '--layers',
  '1',
  '--hidden-size',
  '32',
  '--heads',
  '2',
  '--epochs',
  '2',
  '--vocabulary-size',
  '600',
];
const SMALL = [
  '--epochs',
  '1',
  '--hidden-layers',
  '32,16',
  '--embedding-size',
  '16',
  '--cross-size',
  '2048',
  '--match-size',
  '2048',
];

let folder: string;

async function bert2dnn(...args: string[]): Promise<CommandRun> {
  return runCommand(folder, args);
}

async function must(...args: string[]): Promise<string> {
  const run = await bert2dnn(...args);
  expect(run, run.stderr).toMatchObject({ status: 0 });
  return run.stdout;
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content);
  return name;
}

/** Names in the folder that a failed command must not change. */
async function listed(): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-walk-'));
  await must(
    'shop',
    '--products',
    '300',
    '--queries',
    '120',
    '--labels',
    '600',
    '--log-rows',
    '1500',
    '--out',
    'shop',
    ...FAST,
  );
  await must(
    'prepare',
    '--labelled',
    'shop/labels.tsv',
    '--unlabelled',
    'shop/queries.tsv',
    ...PAIR,
    '--out',
    'data',
    ...FAST,
  );
  await must(
    'finetune',
    ...TINY,
    '--train',
    'data/train.parquet',
    '--dev',
    'data/dev.parquet',
    '--out',
    'teacher',
    ...FAST,
  );
  await must(
    'score',
    '--teacher',
    'teacher',
    '--input',
    'data/transfer',
    '--out',
    'scores',
    '--shard-rows',
    '500',
    ...FAST,
  );
  await must('stack', '--scores', 'scores', '--temperature', '2', '--out', 'labels', ...FAST);
  await must(
    'distill',
    '--input',
    'data/transfer',
    '--labels',
    'labels',
    '--dev',
    'data/dev.parquet',
    '--out',
    'student',
    ...SMALL,
    ...FAST,
  );
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the walk', () => {
  it('leaves a Hugging Face folder, scores, soft labels and a student', async () => {
    expect(await readdir(join(folder, 'teacher'))).toEqual(
      expect.arrayContaining([
        'config.json',
        'model.onnx',
        'model.safetensors',
        'tokenizer.json',
        'vocab.txt',
      ]),
    );
    expect(await readdir(join(folder, 'student'))).toEqual(
      expect.arrayContaining(['student.json', 'student.safetensors']),
    );
    const manifest = JSON.parse(await readFile(join(folder, 'labels', 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ format: 'bert2dnn-labels', temperature: 2 });
  });

  it('evaluates to one JSON object, gold and agreement apart, with intervals', async () => {
    const stdout = await must(
      'evaluate',
      '--model',
      'student',
      '--input',
      'data/test.parquet',
      '--teacher',
      'teacher',
      '--bootstrap',
      '50',
      '--json',
      ...FAST,
    );
    const result = JSON.parse(stdout);
    const test = JSON.parse(await readFile(join(folder, 'data', 'manifest.json'), 'utf8')).splits
      .test;
    expect(result).toMatchObject({ rows: test.rows, groups: test.groups });
    for (const name of ['auc', 'rmse', 'spearman', 'ndcg@10']) {
      const { value, low, high } = result.gold[name];
      expect(low).toBeLessThanOrEqual(value);
      expect(value).toBeLessThanOrEqual(high);
    }
    expect(Object.keys(result.agreement).length).toBeGreaterThan(0);
    expect(result.retention.auc.value).toBeGreaterThan(0);
  });

  it('predicts every row, adds score and logit, and gives the same for each format', async () => {
    const rows =
      (await readFile(join(folder, 'shop', 'labels.tsv'), 'utf8')).trim().split('\n').length - 1;
    await must(
      'predict',
      '--model',
      'student',
      '--input',
      'shop/labels.tsv',
      '--fields',
      'query,title',
      '--out',
      'p.tsv',
      ...FAST,
    );
    await must(
      'predict',
      '--model',
      'student',
      '--input',
      'shop/labels.tsv',
      '--fields',
      'query,title',
      '--out',
      'p.jsonl',
      ...FAST,
    );
    const [header, ...lines] = (await readFile(join(folder, 'p.tsv'), 'utf8')).trim().split('\n');
    expect(header.split('\t')).toEqual(['query', 'title', 'grade', 'score', 'logit']);
    expect(lines).toHaveLength(rows);
    const objects = (await readFile(join(folder, 'p.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.map((row) => Number(row.score))).toEqual(
      lines.map((line) => Number(line.split('\t')[3])),
    );
    // The definition: probability = sigmoid(logit * T), T as `stack` was told.
    for (const row of objects.slice(0, 20)) {
      expect(row.score).toBeCloseTo(1 / (1 + Math.exp(-2 * row.logit)), 5);
    }
  });

  it('serves the same score over HTTP and stops at SIGTERM', async () => {
    const server = spawn(
      process.execPath,
      [MAIN_FILE, 'serve', '--model', 'student', '--port', '0', '--json', ...FAST],
      { cwd: folder },
    );
    try {
      const started = await new Promise<string>((resolve, reject) => {
        server.stdout.once('data', (data) => resolve(String(data)));
        server.once('exit', (status) => reject(new Error(`serve ended with ${status}`)));
      });
      const { url } = JSON.parse(started);
      const [, line] = (await readFile(join(folder, 'p.tsv'), 'utf8')).split('\n');
      const [query, title, , score] = line.split('\t');
      const answer = await post(`${url}/score`, { query, title });
      expect(answer.status).toBe(200);
      expect(answer.body.score).toBeCloseTo(Number(score), 6);
      const exit = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      expect(await exit).toBe(0);
    } finally {
      server.kill('SIGKILL');
    }
  });

  it('gives the same bytes when it is distilled again', async () => {
    await must(
      'distill',
      '--input',
      'data/transfer',
      '--labels',
      'labels',
      '--dev',
      'data/dev.parquet',
      '--out',
      'again',
      ...SMALL,
      ...FAST,
    );
    const [first, second] = await Promise.all(
      ['student', 'again'].map((name) => readFile(join(folder, name, 'student.safetensors'))),
    );
    expect(second.equals(first)).toBe(true);
  });
});

/** Each case: what is wrong, the command, its status and what stderr must say. */
describe('bad input: one message, nothing half-written', () => {
  const prepareOf = (file: string) => [
    'prepare',
    '--labelled',
    file,
    ...PAIR,
    '--out',
    'bad-out',
    ...FAST,
  ];

  async function expectRefusal(
    args: string[],
    status: number,
    said: (string | RegExp)[],
  ): Promise<void> {
    const before = await listed();
    const run = await bert2dnn(...args);
    expect(run.status, run.stderr).toBe(status);
    expect(run.stdout).toBe('');
    for (const text of said) expect(run.stderr).toMatch(text);
    expect(run.stderr).toMatch(/^hint: /m);
    expect(run.stderr).not.toMatch(/^\s+at .*\.js:\d+/m);
    expect(await listed()).toEqual(before);
  }

  const row = (index: number, grade: string | number = 1 + (index % 4)) =>
    `query ${index % 40}\ttitle ${index}\t${grade}\n`;
  const rows = (count: number) => Array.from({ length: count }, (_, index) => row(index)).join('');
  const header = 'query\ttitle\tgrade\n';

  it('a missing column', async () => {
    const file = await write('bad.tsv', `query\tname\tgrade\n${rows(50)}`);
    await expectRefusal(prepareOf(file), 1, [/bad\.tsv/, /"?title"?/, /"query", "name", "grade"/]);
  });

  it.each([
    ['out of range', '7', /bad\.tsv:52: .*label.*1\.\.4.*7/],
    ['empty', '', /bad\.tsv:52: .*label.*/],
    ['not a number', 'yes', /bad\.tsv:52: .*label.*1\.\.4.*yes/],
  ])('a label %s', async (_, label, said) => {
    const file = await write('bad.tsv', `${header}${rows(50)}${row(50, label)}${rows(3)}`);
    await expectRefusal(prepareOf(file), 1, [said]);
  });

  it('broken UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from(header + rows(50)),
      Buffer.from([0x61, 0xff, 0x09, 0x62, 0x09, 0x31, 0x0a]),
    ]);
    const file = await write('bad.tsv', bytes);
    await expectRefusal(prepareOf(file), 1, [/bad\.tsv:52: .*UTF-8/]);
  });

  it('broken gzip', async () => {
    const whole = gzipSync(header + rows(500));
    const file = await write('bad.tsv.gz', whole.subarray(0, whole.length - 40));
    await expectRefusal(prepareOf(file), 1, [/bad\.tsv\.gz/, /gzip/i]);
  });

  it('broken Parquet', async () => {
    await cp(join(folder, 'data', 'train.parquet'), join(folder, 'bad.parquet'));
    await truncate(join(folder, 'bad.parquet'), 1000);
    await expectRefusal(['prepare', '--labelled', 'bad.parquet', '--out', 'bad-out', ...FAST], 1, [
      /bad\.parquet/,
      /Parquet/i,
    ]);
  });

  it('an empty file, and one with a header alone', async () => {
    await expectRefusal(prepareOf(await write('bad.tsv', '')), 1, [/bad\.tsv.*empty/]);
    await expectRefusal(prepareOf(await write('bad.tsv', header)), 1, [/bad\.tsv.*no rows/]);
  });

  it('no positive label', async () => {
    const file = await write(
      'bad.tsv',
      header + Array.from({ length: 60 }, (_, index) => row(index, 1)).join(''),
    );
    await expectRefusal(
      ['finetune', ...TINY, '--train', file, '--dev', file, ...PAIR, '--out', 'bad-out', ...FAST],
      1,
      [/bad\.tsv/, /positive/],
    );
    await expectRefusal(['distill', '--input', file, ...PAIR, '--out', 'bad-out', ...FAST], 1, [
      /bad\.tsv/,
      /positive/,
    ]);
  });

  it('a teacher with a missing or a wrong-shaped tensor', async () => {
    const { tensors } = readSafetensors(
      await readFile(join(folder, 'teacher', 'model.safetensors')),
    );
    const whole = Object.fromEntries(tensors);
    const name = Object.keys(whole).find((key) =>
      key.endsWith('attention.self.query.weight'),
    ) as string;
    const { [name]: tensor, ...others } = whole;
    const spoilt = async (changed: typeof whole) => {
      await rm(join(folder, 'bad-teacher'), { recursive: true, force: true });
      await cp(join(folder, 'teacher'), join(folder, 'bad-teacher'), { recursive: true });
      await writeFile(join(folder, 'bad-teacher', 'model.safetensors'), writeSafetensors(changed));
    };
    const args = [
      'score',
      '--teacher',
      'bad-teacher',
      '--input',
      'data/transfer',
      '--out',
      'bad-out',
      ...FAST,
    ];
    await spoilt(others);
    await expectRefusal(args, 1, [
      /bad-teacher/,
      new RegExp(name.replaceAll('.', '\\.')),
      /missing/i,
    ]);
    await spoilt({ ...whole, [name]: { ...tensor, shape: [16, 64] } });
    await expectRefusal(args, 1, [new RegExp(name.replaceAll('.', '\\.')), /16, ?64/, /32, ?32/]);
  });

  it('a student with a changed byte', async () => {
    await cp(join(folder, 'student'), join(folder, 'bad-student'), { recursive: true });
    const path = join(folder, 'bad-student', 'student.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 5] ^= 1;
    await writeFile(path, bytes);
    await expectRefusal(
      [
        'predict',
        '--model',
        'bad-student',
        '--input',
        'shop/labels.tsv',
        '--fields',
        'query,title',
        '--out',
        'bad.tsv.out.tsv',
        ...FAST,
      ],
      1,
      [/bad-student.*student\.safetensors/, /xxh64/],
    );
  });

  it('an unknown flag: status 2 and the nearest one', async () => {
    const run = await bert2dnn('distill', '--epoch', '3');
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/unknown option '--epoch'/);
    expect(run.stderr).toMatch(/--epochs/);
  });

  it('an unknown verb: status 2 and the nearest one', async () => {
    const run = await bert2dnn('evalute');
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/evaluate/);
  });

  it('a missing required option: status 2', async () => {
    await expectRefusal(['score', '--out', 'bad-out'], 2, [/--teacher: missing/]);
  });

  it('a full disk: says so, leaves nothing, and the inputs as they were', async (context) => {
    // A file system of 8 kB in a mount namespace of its own; needs Linux and the right to make one.
    const inSmallDisk = (command: string) =>
      runProgram(folder, 'unshare', [
        '-rm',
        'sh',
        '-c',
        `mkdir -p full && mount -t tmpfs -o size=8k tmpfs full && ${command}`,
      ]);
    if ((await inSmallDisk('true')).status !== 0)
      context.skip('no mount namespace can be made here');
    // A shard that was finished before the disk was full is whole, and is kept.
    for (const [args, kept] of [
      [
        'distill --input data/transfer --labels labels --out full/student --epochs 1 --hidden-layers 32 --quiet',
        /^$/,
      ],
      ['predict --model student --input data/transfer --out full/p.tsv --quiet', /^$/],
      [
        'score --teacher teacher --input data/transfer --out full/scores --quiet',
        /^(full\/scores\/scores-\S+\.parquet\n)*$/,
      ],
    ] as const) {
      const run = await inSmallDisk(
        `{ "${process.execPath}" "${MAIN_FILE}" ${args}; code=$?; find full -type f; exit $code; }`,
      );
      expect(run.status, run.stderr).toBe(1);
      expect(run.stderr).toMatch(/disk is full/);
      expect(run.stdout).toMatch(kept);
    }
    expect((await stat(join(folder, 'full'))).isDirectory()).toBe(true);
  });
});

function post(
  url: string,
  body: unknown,
): Promise<{ status: number; body: Record<string, number> }> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: JSON.parse(Buffer.concat(chunks).toString()),
          }),
        );
      },
    );
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
}
