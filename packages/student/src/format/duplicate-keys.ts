// Finds a name that occurs twice in one object of a JSON text: `JSON.parse` would keep the last one in silence.
// The text must be valid JSON.

/** A key that some object of the JSON text has twice, or `undefined`. */
export function findDuplicateKey(json: string): string | undefined {
  // One set of keys for each open object, `undefined` for each open list.
  const open: (Set<string> | undefined)[] = [];
  let position = 0;
  while (position < json.length) {
    const character = json[position];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(json, position);
      const keys = open[open.length - 1];
      if (keys !== undefined && isFollowedByColon(json, end)) {
        const key = JSON.parse(json.slice(position, end)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      position = end;
      continue;
    }
    position += 1;
  }
  return undefined;
}

function endOfString(json: string, start: number): number {
  let position = start + 1;
  while (json[position] !== '"') position += json[position] === '\\' ? 2 : 1;
  return position + 1;
}

function isFollowedByColon(json: string, position: number): boolean {
  let next = position;
  while (json[next] === ' ' || json[next] === '\n' || json[next] === '\r' || json[next] === '\t')
    next++;
  return json[next] === ':';
}
