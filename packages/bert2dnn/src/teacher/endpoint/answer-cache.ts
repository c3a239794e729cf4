// Answers that were paid for, on disk by the hash of what was asked. Each process appends to a segment of its own,
// so that several share a folder without locks and one that dies leaves at most a torn last line, which is ignored.
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describeWriteError } from '../../foundation/files.js';
import { type Json, stableStringify } from '../../foundation/fingerprint.js';

/** Part of every key: a change of what answers mean begins a new cache. */
const VERSION = 1;
const KEY_DIGITS = 32;
const LINE_START = '{"key":"';
const SEGMENT = /^answers-.*\.jsonl$/;
const CHUNK_BYTES = 1 << 20;
const NEWLINE = 10;

/** The key of a question: 128 bits of the SHA-256 of everything that decides its answer. */
export function answerKey(question: Json): string {
  const text = stableStringify([VERSION, question]);
  return createHash('sha256').update(text).digest('hex').slice(0, KEY_DIGITS);
}

/** Where an answer is. */
interface Place {
  segment: string;
  start: number;
  numBytes: number;
}

/** A folder of answers. In memory are their keys and places; the answers stay on disk. */
export class AnswerCache {
  readonly folder: string;
  readonly #places = new Map<string, Place>();
  /** Bytes of each segment that are indexed. */
  readonly #indexed = new Map<string, number>();
  #own: { segment: string; file: number; size: number } | undefined;
  #reading: { segment: string; file: number } | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Indexes what other processes wrote since the last call. */
  refresh(): void {
    for (const segment of listSegments(this.folder)) {
      if (segment !== this.#own?.segment) this.#index(segment);
    }
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  /** The answer to a question; `undefined` if it was not asked yet or its line is damaged. */
  get(key: string): Json | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    try {
      const line = Buffer.alloc(place.numBytes);
      readSync(this.#open(place.segment), line, 0, place.numBytes, place.start);
      const record = JSON.parse(line.toString('utf8')) as { key?: string; answer?: Json };
      if (record.key === key && record.answer !== undefined) return record.answer;
    } catch {
      // Damaged or gone: it is asked again.
    }
    this.#places.delete(key);
    return undefined;
  }

  /** Keeps an answer. It survives the death of the process as soon as this returns. @throws DISK_FULL, WRITE_FAILED. */
  put(key: string, answer: Json): void {
    const line = Buffer.from(`${LINE_START}${key}","answer":${JSON.stringify(answer)}}\n`);
    try {
      this.#own ??= this.#create();
      const own = this.#own;
      for (let done = 0; done < line.length; ) done += writeSync(own.file, line, done);
      this.#places.set(key, { segment: own.segment, start: own.size, numBytes: line.length - 1 });
      own.size += line.length;
    } catch (error) {
      // Half a line may be there: the next answer begins a new segment.
      this.#closeOwn();
      throw describeWriteError(this.folder, error);
    }
  }

  close(): void {
    this.#closeOwn();
    if (this.#reading !== undefined) closeSync(this.#reading.file);
    this.#reading = undefined;
  }

  #create(): { segment: string; file: number; size: number } {
    mkdirSync(this.folder, { recursive: true });
    const segment = `answers-${process.pid}-${randomBytes(6).toString('hex')}.jsonl`;
    return { segment, file: openSync(join(this.folder, segment), 'ax'), size: 0 };
  }

  #closeOwn(): void {
    if (this.#own === undefined) return;
    closeSync(this.#own.file);
    this.#indexed.set(this.#own.segment, this.#own.size);
    this.#own = undefined;
  }

  #open(segment: string): number {
    if (this.#reading?.segment === segment) return this.#reading.file;
    if (this.#reading !== undefined) closeSync(this.#reading.file);
    this.#reading = undefined;
    this.#reading = { segment, file: openSync(join(this.folder, segment), 'r') };
    return this.#reading.file;
  }

  #index(segment: string): void {
    let start = this.#indexed.get(segment) ?? 0;
    if (statSync(join(this.folder, segment)).size === start) return;
    const file = openSync(join(this.folder, segment), 'r');
    try {
      for (const line of readLines(file, start)) {
        const key = keyOfLine(line);
        const place = { segment, start, numBytes: line.length };
        if (key !== undefined && !this.#places.has(key)) this.#places.set(key, place);
        start += line.length + 1;
      }
    } finally {
      closeSync(file);
    }
    this.#indexed.set(segment, start);
  }
}

function listSegments(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => SEGMENT.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw describeWriteError(folder, error);
  }
}

/** Lines from `start` on, without their newline; what follows the last newline is not there yet. */
function* readLines(file: number, start: number): Generator<Buffer> {
  let rest = Buffer.alloc(0);
  for (let position = start; ; ) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const numRead = readSync(file, chunk, 0, CHUNK_BYTES, position);
    if (numRead === 0) return;
    position += numRead;
    rest = Buffer.concat([rest, chunk.subarray(0, numRead)]);
    let lineStart = 0;
    for (;;) {
      const end = rest.indexOf(NEWLINE, lineStart);
      if (end === -1) break;
      yield rest.subarray(lineStart, end);
      lineStart = end + 1;
    }
    rest = rest.subarray(lineStart);
  }
}

function keyOfLine(line: Buffer): string | undefined {
  const end = LINE_START.length + KEY_DIGITS;
  const head = line.toString('latin1', 0, end);
  const key = head.slice(LINE_START.length);
  return head.startsWith(LINE_START) && /^[0-9a-f]{32}$/.test(key) ? key : undefined;
}
