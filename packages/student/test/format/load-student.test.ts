// Where a student is read to: its tables lie where the executor works, and are copied where they cannot. A real server.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_BYTE } from '../../src/executors/memory-plan.js';
import { roomFor } from '../../src/executors/room.js';
import { growWithParameters } from '../../src/executors/student-memory.js';
import {
  loadStudent as loadByAddress,
  type Precision,
  parseModel,
  quantizeStudent,
  type Student,
  serializeModel,
  serializeStudent,
} from '../../src/index.js';
import { loadStudent } from '../../src/node/index.js';
import { refusalOf } from '../refusal.js';
import { extendedStudent, fullStudent } from '../tiny-student.js';

const EXAMPLES = [
  ['red drill', 'Red 12V drill'],
  ['crème', 'creme brulee torch 0.75 in'],
];
const PRECISIONS = ['float32', 'float16', 'int8'] as const;

let folder = '';
const files = new Map<Precision, Uint8Array>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-load-'));
  for (const precision of PRECISIONS) {
    const student = quantizeStudent(fullStudent(), precision);
    const bytes = await serializeModel(student);
    files.set(precision, bytes);
    await writeFile(join(folder, `${precision}.b2d`), bytes);
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** The file's bytes in the memory of the student's tables, if they are there. */
function fileInMemory(student: Student, numBytes: number): Uint8Array | undefined {
  const [table] = Object.entries(student.parameters)
    .filter(([name]) => name.endsWith('.embedding'))
    .map(([, tensor]) => tensor);
  const array =
    table instanceof Float32Array
      ? table
      : table.precision === 'float16'
        ? table.bits
        : table.values;
  const { buffer } = array;
  return buffer.byteLength < FIRST_BYTE + numBytes
    ? undefined
    : new Uint8Array(buffer, FIRST_BYTE, numBytes);
}

/** Tables are the file's own bytes, and scores those of the reference. */
async function expectInPlace(student: Student, bytes: Uint8Array): Promise<void> {
  expect(student.executor).toMatch(/^simd|^relaxed/);
  const inMemory = fileInMemory(student, bytes.length);
  expect(inMemory).toEqual(Uint8Array.from(bytes));
  const reference = await parseModel(bytes, 'model.b2d', { executor: 'reference' });
  const want = reference.scoreMany(EXAMPLES);
  student.scoreMany(EXAMPLES).forEach(({ score }, row) => {
    expect(score).toBeCloseTo(want[row].score, student.precision === 'int8' ? 2 : 5);
  });
  // Scoring wrote to none of it, and every table is a part of it.
  expect(inMemory).toEqual(Uint8Array.from(bytes));
  expect(await serializeModel(student)).toEqual(Uint8Array.from(bytes));
}

describe('a student that is read', () => {
  it.each(PRECISIONS)('from a file or a Blob lies where it is used, %s', async (precision) => {
    const bytes = files.get(precision)!;
    await expectInPlace(await loadStudent(join(folder, `${precision}.b2d`)), bytes);
    await expectInPlace(await loadStudent(new Blob([bytes as Uint8Array<ArrayBuffer>])), bytes);
  });

  it('from a folder lies there too', async () => {
    const { json, weights } = await serializeStudent(fullStudent());
    await writeFile(join(folder, 'student.json'), json);
    await writeFile(join(folder, 'student.safetensors'), weights);
    const student = await loadStudent(folder);
    expect(fileInMemory(student, weights.length)).toEqual(Uint8Array.from(weights));
    expect(student.scoreMany(EXAMPLES)).toEqual(
      (await loadStudent(join(folder, 'float32.b2d'))).scoreMany(EXAMPLES),
    );
  });

  it('keeps its vocabularies when the memory grows', async () => {
    const bytes = await serializeModel(extendedStudent());
    const student = await loadStudent(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    expect(student.vocabularies.query.tokens).toEqual(extendedStudent().vocabularies.query.tokens);
    await expectInPlace(student, bytes);
  });

  it('is copied where its tables stand at odd addresses', async () => {
    const bytes = shiftData(files.get('float32')!);
    const student = await loadStudent(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    expect(student.executor).toBe('simd-f32');
    const straight = await loadStudent(join(folder, 'float32.b2d'));
    expect(student.scoreMany(EXAMPLES)).toEqual(straight.scoreMany(EXAMPLES));
  });

  it('stays out of the memory for the reference executor', async () => {
    const path = join(folder, 'float32.b2d');
    const student = await loadStudent(path, { executor: 'reference' });
    expect(student.executor).toBe('reference');
    expect(student.scoreMany(EXAMPLES)).toHaveLength(2);
  });

  it('is left as it is where its memory cannot grow', async () => {
    const { bytes, memory } = roomFor(64, 'simd')!;
    bytes.fill(1);
    const table = new Float32Array(memory!.buffer, FIRST_BYTE, 4);
    expect(growWithParameters(memory!, 2 ** 40, { table })).toBeUndefined();
    expect(table).toHaveLength(4);
    const grown = growWithParameters(memory!, 200_000, { table })!.table as Float32Array;
    expect(table).toHaveLength(0);
    expect(grown.buffer).toBe(memory!.buffer);
    expect([...grown]).toEqual(
      [...new Float32Array(Uint8Array.of(1, 1, 1, 1).buffer)].flatMap((one) => [
        one,
        one,
        one,
        one,
      ]),
    );
  });
});

/** The same file with one more space in its header, so that its data begins at an odd place. */
function shiftData(bytes: Uint8Array): Uint8Array {
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes.subarray(0, 8 + headerLength));
  shifted[8 + headerLength] = 0x20;
  shifted.set(bytes.subarray(8 + headerLength), 9 + headerLength);
  new DataView(shifted.buffer).setBigUint64(0, BigInt(headerLength + 1), true);
  return shifted;
}

describe('a student at an address', () => {
  const answers: Record<string, (response: ServerResponse, bytes: Uint8Array) => void> = {
    'stated.b2d': (response, bytes) => {
      response.writeHead(200, { 'content-length': bytes.length });
      // In pieces, the first of them of one byte.
      response.write(bytes.subarray(0, 1));
      setImmediate(() => response.end(bytes.subarray(1)));
    },
    'unstated.b2d': (response, bytes) => response.writeHead(200).end(bytes),
    'gzipped.b2d': (response, bytes) => {
      const body = gzipSync(bytes);
      const headers = { 'content-encoding': 'gzip', 'content-length': body.length };
      response.writeHead(200, headers).end(body);
    },
    'cut.b2d': (response, bytes) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
    },
    'huge.b2d': (response) => {
      response.writeHead(200, { 'content-length': 2 ** 42 });
      response.write('x', () => response.destroy());
    },
    'page.b2d': (response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
    },
  };
  const server = createServer(({ url = '' }, response) => {
    const answer = answers[url.slice(1)];
    if (answer === undefined) response.writeHead(404).end();
    else answer(response, files.get('float32')!);
  });
  let address = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is read to where it is used, if the server says how long it is', async () => {
    await expectInPlace(await loadByAddress(`${address}stated.b2d`), files.get('float32')!);
  });

  it('may come as a Response', async () => {
    await expectInPlace(
      await loadByAddress(await fetch(`${address}stated.b2d`)),
      files.get('float32')!,
    );
    const made = new Response(files.get('int8')! as Uint8Array<ArrayBuffer>);
    await expectInPlace(await loadByAddress(made), files.get('int8')!);
    expect(await refusalOf(loadByAddress(made))).toContain('FAILED model.b2d: broke off');
    expect(await refusalOf(loadByAddress(await fetch(`${address}missing.b2d`)))).toBe(
      `STUDENT_FETCH_FAILED ${address}missing.b2d: got status 404 Not Found, expected 200`,
    );
  });

  it('may be a folder', async () => {
    const { json, weights } = await serializeStudent(fullStudent());
    answers['folder/student.json'] = (response) => void response.writeHead(200).end(json);
    answers['folder/student.safetensors'] = (response) => void response.writeHead(200).end(weights);
    const student = await loadByAddress(`${address}folder/`);
    expect(fileInMemory(student, weights.length)).toEqual(Uint8Array.from(weights));
  });

  it.each(['unstated', 'gzipped'])('is read as well where the server is %s', async (name) => {
    const student = await loadByAddress(new URL(`${address}${name}.b2d`));
    const straight = await loadStudent(join(folder, 'float32.b2d'));
    expect(student.scoreMany(EXAMPLES)).toEqual(straight.scoreMany(EXAMPLES));
  });

  it.each([
    ['cut', 'broke off'],
    ['huge', 'broke off'],
    ['page', 'got a web page'],
    ['missing', 'got status 404'],
  ])('is refused if it is %s', async (name, message) => {
    const refusal = await refusalOf(loadByAddress(`${address}${name}.b2d`));
    expect(refusal).toContain(`STUDENT_FETCH_FAILED ${address}${name}.b2d: ${message}`);
  });
});
