// AssemblyScript: block `ngrams` with a list, as src/features/ngrams-block.ts has it. Whether an n-gram is in the list cannot
// be guessed, so places are worked out and looked at for many at once first, and asked about after that; ids are written whether
// there is one or not, and written over if not. The list's tree is that of src/features/ngram-trie.ts.
import { END, NGRAMS_SCRATCH, STRIDE } from './memory';

// Of the block: byte offsets.
/** Mark behind a text, as a word of the vocabulary; and the node of the mark before it. */
const END_WORD: usize = 4;
const START_NODE: usize = 8;
/** Words of the longest n-gram, at most 3. */
const HIGHEST: usize = 12;
/** The tree: places less one, their tags, with the first sixteen again behind the last one, and their nodes. */
const MASK: usize = 16;
const TAGS: usize = 20;
const NODES: usize = 24;
/** How far before a word's record lies what the vocabulary knows of it: its word id, its node and its token, -1 for none. */
const BEFORE: usize = 28;
const NODE: usize = 4;
const TOKEN: usize = 8;
const NUM_FIELDS: usize = 32;
/** Where the fields' texts are in those of an example. */
const FIELDS: usize = 36;

const NODE_BYTES: usize = 12;
const NONE: u32 = -1;

/** Behind sixteen places none of which is empty. */
const GOES_ON: u32 = 1 << 16;

// Scratch, for n-grams that begin at up to so many words.
const MOST: usize = 64;
const MOST_BYTES = MOST * 4;
/** Node of the n-gram so far, and the next word. */
const AT_NODES = NGRAMS_SCRATCH;
const NEXT_WORDS = AT_NODES + MOST_BYTES;
/** The step's hash, and where it may lead. */
const HASHES = NEXT_WORDS + MOST_BYTES;
const MAYBES = HASHES + MOST_BYTES;
/** Tokens, of each length apart. */
const TOKENS = MAYBES + MOST_BYTES;

export function ngrams(texts: usize, B: u32, block: usize, counts: usize, out: usize): usize {
  const numFields: usize = load<u32>(block, NUM_FIELDS);
  // The text whose n-grams were taken last: that of a ranking's query comes again and again.
  let last: u64 = 0;
  let lastIds = out;
  for (; B > 0; B--) {
    const first = out;
    const text = load<u64>(texts + load<u32>(block, FIELDS));
    if (text === last) {
      out += first - lastIds;
      memory.copy(first, lastIds, out - first);
    } else {
      for (let field: usize = 0; field < numFields; field++) {
        out = appendText(block, texts + load<u32>(block + FIELDS + field * 4), out);
      }
    }
    if (numFields === 1) last = text;
    lastIds = first;
    store<u32>(counts, <u32>((out - first) >> 2));
    counts += 4;
    texts += load<u32>(block, STRIDE);
  }
  return out;
}

/** The n-grams of a text, in the order of their first words. */
function appendText(block: usize, text: usize, out: usize): usize {
  let begin: usize = load<u32>(text);
  const end: usize = load<u32>(text, END);
  if (begin === end) return out;
  // Before the first word stands the start mark, which is no n-gram by itself.
  store<u32>(AT_NODES, load<u32>(block, START_NODE));
  store<u32>(TOKENS, NONE);
  let numMarks: usize = 1;
  do {
    const stop = min(end, begin + (MOST - numMarks) * 4);
    out = appendSome(block, begin, stop, end, numMarks, out);
    begin = stop;
    numMarks = 0;
  } while (begin < end);
  return out;
}

/** The n-grams that begin with the words up to `stop`, and with a mark before them if there is one. */
function appendSome(
  block: usize,
  begin: usize,
  stop: usize,
  end: usize,
  numMarks: usize,
  out: usize,
): usize {
  const before: usize = load<u32>(block, BEFORE);
  let at = numMarks * 4;
  for (let place = begin; place < stop; place += 4, at += 4) {
    const known = <usize>load<u32>(place) - before;
    store<u32>(AT_NODES + at, load<u32>(known, NODE));
    store<u32>(TOKENS + at, load<u32>(known, TOKEN));
  }
  const bytes = at;
  const highest: usize = load<u32>(block, HIGHEST);
  // The word behind the first one of the first n-gram.
  let next = begin + 4 - numMarks * 4;
  let tokens = TOKENS;
  for (let length: usize = 1; length < highest; length++, next += 4) {
    tokens += MOST_BYTES;
    look(block, next, end, bytes);
    step(block, tokens, bytes);
  }
  const tokensEnd = TOKENS + highest * MOST_BYTES;
  for (at = 0; at < bytes; at += 4) {
    for (let token = TOKENS + at; token < tokensEnd; token += MOST_BYTES) {
      const id = load<u32>(token);
      store<u32>(out, id);
      out += id === NONE ? 0 : 4;
    }
  }
  return out;
}

/** Where each node's step by its next word may lead. */
function look(block: usize, next: usize, end: usize, bytes: usize): void {
  const before: usize = load<u32>(block, BEFORE);
  for (let at: usize = 0; at < bytes; at += 4, next += 4) {
    let word = NONE;
    if (next < end) word = load<u32>(<usize>load<u32>(next) - before);
    else if (next === end) word = load<u32>(block, END_WORD);
    const node = load<u32>(AT_NODES + at);
    const hash = hashStep(node, word);
    store<u32>(NEXT_WORDS + at, word);
    store<u32>(HASHES + at, hash);
    store<u32>(MAYBES + at, maybeAt(block, hash, hash));
  }
}

/** Takes the steps: to nodes and tokens, or none. */
function step(block: usize, tokens: usize, bytes: usize): void {
  const nodes: usize = load<u32>(block, NODES);
  for (let at: usize = 0; at < bytes; at += 4) {
    const maybe = load<u32>(MAYBES + at);
    const node = maybe === 0 ? NONE : find(block, at, maybe);
    store<u32>(AT_NODES + at, node);
    store<u32>(
      tokens + at,
      node === NONE ? NONE : load<u32>(nodes + <usize>node * NODE_BYTES, TOKEN),
    );
  }
}

/** The node that a step leads to, one of sixteen or of those behind them; or none. */
function find(block: usize, at: usize, maybe: u32): u32 {
  const nodes: usize = load<u32>(block, NODES);
  const mask = load<u32>(block, MASK);
  const hash = load<u32>(HASHES + at);
  let place = hash;
  while (maybe !== 0) {
    if (maybe === GOES_ON) {
      place += 16;
      maybe = maybeAt(block, hash, place);
      continue;
    }
    const node = (place + ctz(maybe)) & mask;
    const from = nodes + <usize>node * NODE_BYTES;
    const isThis =
      load<u32>(from) === load<u32>(AT_NODES + at) &&
      load<u32>(from, 4) === load<u32>(NEXT_WORDS + at);
    if (isThis) return node;
    maybe &= maybe - 1;
  }
  return NONE;
}

/** Which of sixteen places from one on may be the node of a hash, as bits: those before the first empty one. */
function maybeAt(block: usize, hash: u32, place: u32): u32 {
  const tags = load<u32>(block, TAGS) + <usize>(place & load<u32>(block, MASK));
  const near = v128.load(tags);
  const same = i8x16.bitmask(i8x16.eq(near, i8x16.splat(<i8>((hash >>> 25) | 128))));
  const empty = i8x16.bitmask(i8x16.eq(near, i8x16.splat(0)));
  return (same | GOES_ON) & ((empty & -empty) - 1);
}

function hashStep(node: u32, word: u32): u32 {
  const mixed = (node * 0x9e3779b1) ^ ((word + 1) * 0x85ebca6b);
  const hash = (mixed ^ (mixed >>> 15)) * 0xc2b2ae35;
  return hash ^ (hash >>> 15);
}
