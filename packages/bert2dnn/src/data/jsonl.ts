// JSON lines: one object a line, each with its line number. Values become texts; knows no columns.
import { Bert2dnnError } from '../foundation/errors.js';
import { type BadRows, skippingOf } from './bad-rows.js';
import type { TextBlock } from './encoding.js';

/** Objects of a file. */
export interface ObjectBlock {
  objects: Record<string, unknown>[];
  /** Line of each object, from 1. */
  lines: number[];
}

/**
 * Objects of a JSON-lines file. Blank lines are skipped. The objects before a bad line are handed on before it is thrown.
 * @param badRows under `skip` lines that are no JSON object are left out
 * @throws Bert2dnnError FILE_FORMAT for a line that is no JSON object.
 */
export async function* readJsonObjects(
  path: string,
  blocks: AsyncIterable<TextBlock>,
  badRows?: BadRows,
): AsyncGenerator<ObjectBlock> {
  const skipping = skippingOf(badRows);
  for await (const { text, firstLine, badLines } of blocks) {
    const found: ObjectBlock = { objects: [], lines: [] };
    let line = firstLine;
    for (let start = 0; start < text.length; line++) {
      const newline = text.indexOf('\n', start);
      const end = newline === -1 ? text.length : newline;
      const content = text.slice(start, end).trim();
      start = end + 1;
      const badLine = badLines?.get(line);
      if (badLine === undefined && content === '') continue;
      const object = badLine === undefined ? parseObject(content) : undefined;
      if (object !== undefined) {
        found.objects.push(object);
        found.lines.push(line);
        continue;
      }
      const place = { path, line };
      const error = badLine?.error ?? (() => notObject(place, content));
      if (skipping === undefined) {
        yield found;
        throw error();
      }
      skipping.add(badLine ?? { ...place, reason: 'json', error, excerpt: content });
    }
    yield found;
  }
}

/** The object of a line; `undefined` if it holds none. */
function parseObject(content: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content);
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    // `notObject` says why.
    return undefined;
  }
}

/** What is wrong with a line that holds no object. */
function notObject({ path, line }: { path: string; line: number }, content: string): Bert2dnnError {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new Bert2dnnError('FILE_FORMAT', `${path}:${line}: not valid JSON (${reason})`, {
      hint: 'A .jsonl file has one JSON object on each line.',
      cause,
    });
  }
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  return new Bert2dnnError('FILE_FORMAT', `${path}:${line}: got ${got}, expected a JSON object`);
}

/** A member as text: a missing one or null is empty; `undefined` for an object or an array, which is no text. */
export function findText(object: Record<string, unknown>, name: string): string | undefined {
  const value = object[name];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  // What every object inherits, as `constructor`, is no member.
  if (value === undefined || value === null || !Object.hasOwn(object, name)) return '';
  return undefined;
}

/** What is wrong with a member that is no text. */
export function notText(
  place: { path: string; line: number },
  object: Record<string, unknown>,
  name: string,
): Bert2dnnError {
  const got = Array.isArray(object[name]) ? 'an array' : 'an object';
  return new Bert2dnnError(
    'FILE_FORMAT',
    `${place.path}:${place.line}: "${name}" is ${got}, expected a text or a number`,
  );
}

/** A member as text: a missing one or null is empty. @throws Bert2dnnError FILE_FORMAT for an object or an array. */
export function textOfMember(
  place: { path: string; line: number },
  object: Record<string, unknown>,
  name: string,
): string {
  const text = findText(object, name);
  if (text === undefined) throw notText(place, object, name);
  return text;
}
