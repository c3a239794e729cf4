// JSON lines: one object a line, each with its line number. Values become texts; knows no columns.
import { Bert2dnnError } from '../foundation/errors.js';
import type { TextBlock } from './encoding.js';

/** Objects of a file. */
export interface ObjectBlock {
  objects: Record<string, unknown>[];
  /** Line of each object, from 1. */
  lines: number[];
}

/**
 * Objects of a JSON-lines file. Blank lines are skipped.
 * @throws Bert2dnnError FILE_FORMAT for a line that is no JSON object.
 */
export async function* readJsonObjects(
  path: string,
  blocks: AsyncIterable<TextBlock>,
): AsyncGenerator<ObjectBlock> {
  for await (const { text, firstLine } of blocks) {
    const found: ObjectBlock = { objects: [], lines: [] };
    let line = firstLine;
    for (let start = 0; start < text.length; line++) {
      const newline = text.indexOf('\n', start);
      const end = newline === -1 ? text.length : newline;
      const content = text.slice(start, end).trim();
      if (content !== '') {
        found.objects.push(parseObject(path, line, content));
        found.lines.push(line);
      }
      start = end + 1;
    }
    yield found;
  }
}

function parseObject(path: string, line: number, content: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Bert2dnnError('FILE_FORMAT', `${path}:${line}: not valid JSON (${reason})`, {
      hint: 'A .jsonl file has one JSON object on each line.',
      cause,
    });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
    throw new Bert2dnnError('FILE_FORMAT', `${path}:${line}: got ${got}, expected a JSON object`);
  }
  return value as Record<string, unknown>;
}

/** A member as text: a missing one or null is empty. @throws Bert2dnnError FILE_FORMAT for an object or an array. */
export function textOfMember(
  place: { path: string; line: number },
  object: Record<string, unknown>,
  name: string,
): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Bert2dnnError(
    'FILE_FORMAT',
    `${place.path}:${place.line}: "${name}" is ${Array.isArray(value) ? 'an array' : 'an object'}, expected a text or a number`,
  );
}
