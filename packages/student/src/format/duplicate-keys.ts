// Finds a name that occurs twice in one object of a JSON text: `JSON.parse` would keep the last one in silence.
// The text must be valid JSON.

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A key that some object of the JSON text has twice, or `undefined`. */
export function findDuplicateKey(json: string): string | undefined {
  // One set of keys for each open object, `undefined` for each open list.
  const open: (Set<string> | undefined)[] = [];
  let position = 0;
  while (position < json.length) {
    const unit = json.charCodeAt(position);
    if (unit === QUOTE) {
      const end = endOfString(json, position);
      const keys = open[open.length - 1];
      if (keys !== undefined && isFollowedByColon(json, end)) {
        const key = readString(json, position, end);
        if (keys.has(key)) return key;
        keys.add(key);
      }
      position = end;
      continue;
    }
    if (unit === OPEN_OBJECT) open.push(new Set());
    else if (unit === OPEN_LIST) open.push(undefined);
    else if (unit === CLOSE_OBJECT || unit === CLOSE_LIST) open.pop();
    position += 1;
  }
  return undefined;
}

function endOfString(json: string, start: number): number {
  let position = start + 1;
  for (;;) {
    const unit = json.charCodeAt(position);
    if (unit === QUOTE) return position + 1;
    position += unit === BACKSLASH ? 2 : 1;
  }
}

/** The string between two quotes: as it stands, unless something in it is escaped. */
function readString(json: string, start: number, end: number): string {
  const text = json.slice(start + 1, end - 1);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

function isFollowedByColon(json: string, position: number): boolean {
  let next = position;
  while (isSpace(json.charCodeAt(next))) next++;
  return json.charCodeAt(next) === COLON;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}
