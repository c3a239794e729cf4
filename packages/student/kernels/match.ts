// AssemblyScript: the ids of block `match`, pair after pair. The oracle is src/features/match-block.ts with its families,
// which says what each feature means; this is the same, number by number, on words that lie in memory as records of a line
// of the cache. The caller owns the memory and plans it (src/features/match-memory.ts). Compiled by scripts/build-kernels.mjs.
// A text is a list of addresses of words: those of the query end where those of the title begin, and those at `end`. Ids
// are written to `to`, and what was written ends at the address that is returned.
import { appendBase } from './match/base';
import { appendCharacters } from './match/characters';
import { findWords } from './match/find';
import { appendImportance } from './match/importance';
import { FAMILIES, FAMILY_BYTES, NUM_FAMILIES } from './match/memory';
import { appendQuantities } from './match/quantities';
import { appendRoles } from './match/roles';

/**
 * Bags of B pairs, one behind the other: each is the number of its ids, and those. A pair is the number of query words and
 * that of title words, and the addresses of the words' records.
 */
export function matchPairs(pair: usize, B: u32, out: usize): void {
  for (; B > 0; B--) {
    const query = pair + 8;
    const title = query + <usize>load<u32>(pair) * 4;
    const end = title + <usize>load<u32>(pair, 4) * 4;
    const to = out + 4;
    const last = title > query ? appendPair(query, title, end, to) : to;
    store<u32>(out, <u32>((last - to) >> 2));
    out = last;
    pair = end;
  }
}

function appendPair(query: usize, title: usize, end: usize, to: usize): usize {
  findWords(query, title, end);
  to = appendBase(query, title, end, to);
  const familiesEnd = FAMILIES + <usize>load<u32>(0, NUM_FAMILIES) * FAMILY_BYTES;
  for (let family = FAMILIES; family < familiesEnd; family += FAMILY_BYTES) {
    const kind = load<u32>(family);
    const row = load<u32>(family, 4);
    if (kind === 0) to = appendImportance(query, title, end, row, to);
    else if (kind === 1) to = appendCharacters(query, title, end, row, to);
    else if (kind === 2) to = appendQuantities(query, title, end, row, to);
    else to = appendRoles(query, title, end, row, to);
  }
  return to;
}
