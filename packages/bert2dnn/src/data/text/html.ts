// HTML remains in texts: comments and tags go, entities are decoded. Not a parser: what is no mark-up stays as it is.
import { decodeHTMLStrict } from 'entities';

/** `name`, `name=value`, `name="value"`. Without a value only HTML's boolean attributes: "a <b and c> d" is no tag. */
const ATTRIBUTE = [
  String.raw`[a-z_:@][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'=<>\x60]+)`,
  '(?:allowfullscreen|async|autofocus|autoplay|checked|compact|controls|default|defer|disabled|hidden|loop|multiple' +
    '|muted|nomodule|noshade|novalidate|nowrap|open|readonly|required|reversed|selected)',
].join('|');

/** A start tag, end tag, document type or XML declaration at a `<`. No part passes the next `<`: time is linear. */
const TAG = new RegExp(
  String.raw`<(?:([a-z][a-z0-9:-]*)(?:\s+(?:${ATTRIBUTE}))*\s*/?|/[a-z][a-z0-9:-]*\s*|!doctype\b[^<>]*|\?xml\b[^<>]*)>`,
  'iy',
);

/** Elements whose content is no text, with their ends. */
const HIDDEN_CONTENT: Record<string, RegExp> = {
  script: /<\/script\s*>/gi,
  style: /<\/style\s*>/gi,
};

/**
 * The text without HTML comments, the content of `script` and `style`, and tags; each becomes a space.
 * A tag has any name (`<br />`, `</b>`, `<p class="x">`, Word's `<o:p>`), so `List<String>` loses its `<String>`;
 * `x < y`, `<3`, `a<b c`, `<me@example.com>` stay. An attribute's value with a `<` in it is not understood, and what
 * begins and never ends stays.
 * @example removeMarkup('good<br />bad') // 'good bad'
 */
export function removeMarkup(text: string): string {
  let start = text.indexOf('<');
  if (start === -1) return text;
  /** Searches that reached the end of the text: the same end is not looked for again. */
  const missing = new Set<string>();
  let kept = '';
  let keptEnd = 0;
  while (start !== -1) {
    const end = findMarkupEnd(text, start, missing);
    if (end !== -1) {
      kept += text.slice(keptEnd, start) + ' ';
      keptEnd = end;
    }
    start = text.indexOf('<', end === -1 ? start + 1 : end);
  }
  return kept + text.slice(keptEnd);
}

/** Where the mark-up ends that begins at the `<` of `start`, or -1 if there begins none. */
function findMarkupEnd(text: string, start: number, missing: Set<string>): number {
  if (text.startsWith('<!--', start)) {
    if (missing.has('-->')) return -1;
    const end = text.indexOf('-->', start + 4);
    if (end === -1) missing.add('-->');
    return end === -1 ? -1 : end + 3;
  }
  TAG.lastIndex = start;
  const tag = TAG.exec(text);
  if (tag === null) return -1;
  const tagEnd = start + tag[0].length;
  const name = tag[1]?.toLowerCase() ?? '';
  if (!Object.hasOwn(HIDDEN_CONTENT, name) || missing.has(name)) return tagEnd;
  const contentEnd = HIDDEN_CONTENT[name];
  contentEnd.lastIndex = tagEnd;
  if (contentEnd.exec(text) !== null) return contentEnd.lastIndex;
  missing.add(name);
  return tagEnd;
}

/**
 * The text with its named, decimal and hexadecimal entities decoded once: `&amp;lt;` becomes `&lt;`. Only with their
 * semicolon, so that `R&D`, `bed&notebook` stay. Code points that no text may hold become U+FFFD.
 * Source: HTML Standard, 13.2.5.72 to 13.2.5.80, without its tolerance of missing semicolons.
 */
export function decodeEntities(text: string): string {
  return text.includes('&') ? decodeHTMLStrict(text) : text;
}
