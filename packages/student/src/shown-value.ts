// A value as it may stand in a message: JSON of at most some 80 characters, whatever was given. No error is made here.

const MAX_LENGTH = 80;
const MAX_DEPTH = 8;

/** The value as JSON, cut where it is long or deep; `nothing` for `undefined`. Costs no more than what it shows. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = write(value, '', 0);
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 3)}...`;
}

/** `text` with the value behind it; stops when there is enough. */
function write(value: unknown, text: string, depth: number): string {
  if (typeof value === 'string') return text + JSON.stringify(value.slice(0, MAX_LENGTH));
  if (typeof value !== 'object' || value === null) return text + String(value);
  if (depth === MAX_DEPTH) return `${text}...`;
  const isList = Array.isArray(value);
  let written = `${text}${isList ? '[' : '{'}`;
  let separator = '';
  for (const name in value) {
    if (written.length > MAX_LENGTH) return written;
    written += separator;
    if (!isList) written += `${JSON.stringify(name.slice(0, MAX_LENGTH))}:`;
    written = write((value as Record<string, unknown>)[name], written, depth + 1);
    separator = ',';
  }
  return `${written}${isList ? ']' : '}'}`;
}
