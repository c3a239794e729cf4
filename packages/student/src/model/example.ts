// One example as the caller gives it, checked and put in the order of the student's fields.
import { StudentError } from '../errors.js';

/** Texts by field name, or in the order of the fields. */
export type Example = Readonly<Record<string, string>> | readonly string[];

/**
 * The texts of an example in the order of `fields`.
 * @param exampleIndex names the example in the message.
 * @throws {StudentError} EXAMPLE_INVALID if a field is missing, unknown or no text.
 */
export function exampleTexts(
  example: Example,
  fields: readonly string[],
  exampleIndex: number,
): readonly string[] {
  if (typeof example !== 'object' || example === null) {
    throw invalid(exampleIndex, `got ${typeof example}`, fields);
  }
  const isList = Array.isArray(example);
  const named = example as Readonly<Record<string, string>>;
  if (isList ? example.length !== fields.length : Object.keys(example).length > fields.length) {
    const unknown = isList
      ? `${example.length} texts`
      : `unknown field ${Object.keys(example).find((name) => !fields.includes(name))}`;
    throw invalid(exampleIndex, `got ${unknown}`, fields);
  }
  const texts = isList ? (example as readonly string[]) : fields.map((field) => named[field]);
  for (let field = 0; field < fields.length; field++) {
    if (typeof texts[field] === 'string') continue;
    const got = texts[field] === undefined ? 'missing' : `no text but ${typeof texts[field]}`;
    throw invalid(exampleIndex, `field ${fields[field]} is ${got}`, fields);
  }
  return texts;
}

/** The texts, longer ones cut to their first `maxLength` UTF-16 units and never within a character. */
export function cutTexts(texts: readonly string[], maxLength: number): readonly string[] {
  if (texts.every((text) => text.length <= maxLength)) return texts;
  return texts.map((text) => {
    if (text.length <= maxLength) return text;
    const isPair = /^[\ud800-\udbff][\udc00-\udfff]$/.test(
      text.slice(maxLength - 1, maxLength + 1),
    );
    return text.slice(0, isPair ? maxLength - 1 : maxLength);
  });
}

function invalid(exampleIndex: number, got: string, fields: readonly string[]): StudentError {
  return new StudentError(
    'EXAMPLE_INVALID',
    `example ${exampleIndex}: ${got}, expected the texts ${fields.join(', ')}`,
    { hint: 'An empty text is allowed; a missing one is not.' },
  );
}
