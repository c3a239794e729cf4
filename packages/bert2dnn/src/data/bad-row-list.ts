// The list of bad rows as a TSV file, written while they are found and in place once it is closed. Decides nothing.
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeWriteError, writeAtomically } from '../foundation/files.js';

/** Most characters of an excerpt, and of a message, in the list. */
export const MAX_EXCERPT_CHARACTERS = 200;

const MAX_MESSAGE_CHARACTERS = 400;
const BUFFER_CHARACTERS = 1 << 16;
const HEADER = 'file\tline\treason\tmessage\texcerpt\n';

/** One line of the list. */
export interface BadRowEntry {
  path: string;
  /** `12` for a line, `row 12` in Parquet. */
  place: string;
  reason: string;
  message: string;
  excerpt: string;
}

/** Appends entries to a file beside `path`; `close` moves it there. Holds 64 Ki characters at most. */
export class BadRowList {
  readonly #temporaryPath: string;
  #waiting: string[] = [HEADER];
  #waitingCharacters = HEADER.length;
  #handle: number | undefined;

  constructor(readonly path: string) {
    const name = `.tmp-${randomBytes(6).toString('hex')}-${basename(path)}`;
    this.#temporaryPath = join(dirname(path), name);
  }

  /** @throws Bert2dnnError DISK_FULL, WRITE_FAILED. */
  add({ path, place, reason, message, excerpt }: BadRowEntry): void {
    const cells = [
      escapeControls(path, Number.POSITIVE_INFINITY),
      place,
      reason,
      escapeControls(message, MAX_MESSAGE_CHARACTERS),
      escapeControls(excerpt, MAX_EXCERPT_CHARACTERS),
    ];
    const line = `${cells.join('\t')}\n`;
    this.#waiting.push(line);
    this.#waitingCharacters += line.length;
    if (this.#waitingCharacters > BUFFER_CHARACTERS) this.#flush();
  }

  /** Puts the list in place; without a bad row it is a header. @throws as `add`. */
  async close(): Promise<void> {
    this.#flush();
    this.#closeHandle();
    await writeAtomically(this.path, (place) => rename(this.#temporaryPath, place));
  }

  /** Leaves no list behind. */
  discard(): void {
    this.#closeHandle();
    try {
      rmSync(this.#temporaryPath, { force: true });
    } catch {
      // What could not be written may be impossible to remove; the error that led here says why.
    }
  }

  #flush(): void {
    try {
      if (this.#handle === undefined) {
        mkdirSync(dirname(this.path), { recursive: true });
        this.#handle = openSync(this.#temporaryPath, 'wx');
      }
      const bytes = Buffer.from(this.#waiting.join(''));
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#handle, bytes, at);
    } catch (error) {
      this.discard();
      throw describeWriteError(this.path, error);
    }
    this.#waiting = [];
    this.#waitingCharacters = 0;
  }

  #closeHandle(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}

const ESCAPES: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\\]/u;

/**
 * A text on one line of at most `maxCharacters`: control characters, line separators and lone surrogates as \n, \t, \r
 * or \uXXXX, a backslash doubled. What is too long is cut between characters and between escapes.
 */
export function escapeControls(text: string, maxCharacters: number): string {
  const isCut = text.length > maxCharacters;
  const head = isCut ? text.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, '') : text;
  if (!UNSAFE.test(head)) return head;
  let escaped = '';
  for (const character of head) {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    const piece = UNSAFE.test(character) ? (ESCAPES[character] ?? `\\u${code}`) : character;
    if (escaped.length + piece.length > maxCharacters) break;
    escaped += piece;
  }
  return escaped;
}
