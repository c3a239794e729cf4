// AssemblyScript: block `match`, as src/features/match-block.ts has it, with its families. Words of a query end where those of
// its title begin, and those at `end`. Ids are written to `to`, and what was written ends at the address that is returned.
import { END, LEFT, RIGHT, STRIDE } from '../features/memory';
import { appendBase } from './base';
import { appendCharacters } from './characters';
import { findWords } from './find';
import { appendImportance } from './importance';
import { FAMILIES, FAMILY_BYTES, MAX_QUERY, MAX_TITLE, NUM_FAMILIES, PAIR } from './memory';
import { appendQuantities } from './quantities';
import { appendRoles } from './roles';

export function match(texts: usize, B: u32, block: usize, counts: usize, out: usize): usize {
  for (; B > 0; B--) {
    const title = copyWords(texts + load<u32>(block, LEFT), MAX_QUERY, PAIR);
    const end = copyWords(texts + load<u32>(block, RIGHT), MAX_TITLE, title);
    const last = title > PAIR ? appendPair(PAIR, title, end, out) : out;
    store<u32>(counts, <u32>((last - out) >> 2));
    out = last;
    counts += 4;
    texts += load<u32>(block, STRIDE);
  }
  return out;
}

/** Copies a text's words, as many as are compared; returns where they end. */
function copyWords(text: usize, most: usize, to: usize): usize {
  const begin: usize = load<u32>(text);
  const bytes = min<usize>(load<u32>(text, END) - begin, most * 4);
  for (let at: usize = 0; at < bytes; at += 4) store<u32>(to + at, load<u32>(begin + at));
  return to + bytes;
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
