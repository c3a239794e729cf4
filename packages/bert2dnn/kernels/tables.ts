// AssemblyScript: embedding bags forward, and backward with Adagrad of the touched rows, in a memory that threads share.
// A job is a number of chunks; whoever is free claims the next. A chunk writes places that no other chunk touches, and
// every sum has one order, so the bytes do not depend on who did what. The oracles are `embeddingBag` of the student and
// `embeddingBagAdagrad` in src/distill/embedding-adagrad.ts. Compiled by scripts/build-kernels.mjs.

/** Byte offset of the control words (i32); src/distill/tables/table-layout.ts names them in the same order. */
const CONTROL: usize = 1024;
const REMAINING: usize = CONTROL + 4;
const DONE: usize = CONTROL + 8;
const NUM_CHUNKS: usize = CONTROL + 12;
const KIND: usize = CONTROL + 20;
const NUM_TABLES: usize = CONTROL + 24;
const B: usize = CONTROL + 28;
const D: usize = CONTROL + 32;
const COMBINER: usize = CONTROL + 36;
const LEARNING_RATE: usize = CONTROL + 40;

/** Byte offset of the descriptors, one a table, and their size; their members are in table-layout.ts too. */
const TABLES: usize = CONTROL + 64;
const TABLE_BYTES: usize = 64;

// Members of a descriptor: byte offsets.
const ROWS: usize = 0;
const ACCUMULATOR: usize = 4;
const COUNTS: usize = 8;
const IDS: usize = 12;
const OFFSETS: usize = 16;
const VECTORS: usize = 20;
const UNIQUE_IDS: usize = 24;
const STARTS: usize = 28;
const EXAMPLES: usize = 32;
const NUM_UNIQUE: usize = 36;
const FIRST_CHUNK: usize = 40;
const SEEN: usize = 44;
const SEEN_BYTES: usize = 48;

/** Bags of a chunk of a forward job. */
export const BAGS_OF_CHUNK: i32 = 16;
/** Distinct rows of a chunk of an update job. */
export const ROWS_OF_CHUNK: i32 = 64;

/** Ids of a bag, and distinct rows, whose cache lines are asked for ahead: as many as the first cache holds. */
const TOUCHED_IDS: i32 = 64;
const TOUCHED_ROWS: i32 = 16;
const LINE_BYTES: usize = 64;

const FORWARD: i32 = 0;
const GROUP: i32 = 1;

const SUM: i32 = 0;
const MEAN: i32 = 1;

/** Does chunks until none is left. scratch [D] belongs to this thread. */
export function work(scratch: usize): void {
  for (let remaining = claimChunk(); remaining > 0; remaining = claimChunk()) {
    // A claimed chunk keeps the job from ending, so its words stand still from here on.
    const numChunks = load<i32>(NUM_CHUNKS);
    runChunk(numChunks - remaining, scratch);
    if (atomic.add<i32>(DONE, 1) + 1 === numChunks) atomic.notify(DONE, 1);
  }
}

/** Takes a chunk: how many remained, it included; 0 or less if there was none. */
function claimChunk(): i32 {
  let remaining = atomic.load<i32>(REMAINING);
  while (remaining > 0) {
    const seen = atomic.cmpxchg<i32>(REMAINING, remaining, remaining - 1);
    if (seen === remaining) break;
    remaining = seen;
  }
  return remaining;
}

function runChunk(chunk: i32, scratch: usize): void {
  const table = tableOf(chunk);
  const place = chunk - load<i32>(table + FIRST_CHUNK);
  const kind = load<i32>(KIND);
  if (kind === FORWARD) forward(table, place * BAGS_OF_CHUNK);
  else if (kind === GROUP) group(table);
  else update(table, place * ROWS_OF_CHUNK, scratch);
}

/** The last table whose first chunk is not behind the chunk. */
function tableOf(chunk: i32): usize {
  let table = TABLES + <usize>(load<i32>(NUM_TABLES) - 1) * TABLE_BYTES;
  while (load<i32>(table + FIRST_CHUNK) > chunk) table -= TABLE_BYTES;
  return table;
}

/** vectors [B, D] of the bags first .. first + BAGS_OF_CHUNK. */
function forward(table: usize, first: i32): void {
  const width = load<usize>(D) * 4;
  const offsets = load<usize>(table + OFFSETS);
  const ids = load<usize>(table + IDS);
  const rows = load<usize>(table + ROWS);
  const end = min(first + BAGS_OF_CHUNK, load<i32>(B));
  for (let bag = first; bag < end; bag++) {
    const start = load<i32>(offsets + <usize>bag * 4);
    const count = load<i32>(offsets + <usize>bag * 4, 4) - start;
    const out = load<usize>(table + VECTORS) + <usize>bag * width;
    const bagIds = ids + <usize>start * 4;
    store<i32>(out, touchRows(bagIds, min(count, TOUCHED_IDS), rows, width));
    sumRows(out, bagIds, count, rows, width);
    scaleRow(out, count, width);
  }
}

/**
 * Reads one word of each cache line of rows[ids[i]] for i in 0 .. count, so that all misses are waited for at once.
 * The result has to be stored somewhere, or the compiler would leave the reads out.
 */
function touchRows(ids: usize, count: i32, rows: usize, width: usize): i32 {
  let touched: i32 = 0;
  for (const end = ids + <usize>count * 4; ids < end; ids += 4) {
    const row = rows + load<usize>(ids) * width;
    for (let at: usize = 0; at < width; at += LINE_BYTES) touched |= load<i32>(row + at);
  }
  return touched;
}

/** out [D] = sum of rows[ids[i]] for i in 0 .. count, added in that order; width is D in bytes. */
function sumRows(out: usize, ids: usize, count: i32, rows: usize, width: usize): void {
  memory.fill(out, 0, width);
  const vectorWidth = width & ~15;
  const end = ids + <usize>count * 4;
  // Four rows a pass: four cache misses at once, and a quarter of the loads and stores of `out`.
  for (; ids + 16 <= end; ids += 16) {
    const row0 = rows + load<usize>(ids) * width;
    const row1 = rows + load<usize>(ids, 4) * width;
    const row2 = rows + load<usize>(ids, 8) * width;
    const row3 = rows + load<usize>(ids, 12) * width;
    let at: usize = 0;
    for (; at < vectorWidth; at += 16) {
      const sum01 = f32x4.add(
        f32x4.add(v128.load(out + at), v128.load(row0 + at)),
        v128.load(row1 + at),
      );
      const sum = f32x4.add(f32x4.add(sum01, v128.load(row2 + at)), v128.load(row3 + at));
      v128.store(out + at, sum);
    }
    for (; at < width; at += 4) {
      const sum01 = load<f32>(out + at) + load<f32>(row0 + at) + load<f32>(row1 + at);
      store<f32>(out + at, sum01 + load<f32>(row2 + at) + load<f32>(row3 + at));
    }
  }
  for (; ids < end; ids += 4) {
    const row = rows + load<usize>(ids) * width;
    let at: usize = 0;
    for (; at < vectorWidth; at += 16) {
      v128.store(out + at, f32x4.add(v128.load(out + at), v128.load(row + at)));
    }
    for (; at < width; at += 4) store<f32>(out + at, load<f32>(out + at) + load<f32>(row + at));
  }
}

/** row [D] times the combiner's factor, which is float64 as in TypeScript. */
function scaleRow(row: usize, count: i32, width: usize): void {
  const combiner = load<i32>(COMBINER);
  if (combiner === SUM || count < 2) return;
  const scale: f64 = combiner === MEAN ? 1.0 / <f64>count : 1.0 / sqrt<f64>(<f64>count);
  for (const end = row + width; row < end; row += 4) {
    store<f32>(row, <f32>(<f64>load<f32>(row) * scale));
  }
}

/**
 * The batch turned round: for each distinct row, in ascending order, the examples that hold it, by counting sort. Fills
 * uniqueIds [U], starts [U + 1], examples [Z]; counts [V] and seen [V bits] are all 0 before and after. Scales vectors
 * [B, D], which hold gradients.
 */
function group(table: usize): void {
  const offsets = load<usize>(table + OFFSETS);
  const counts = load<usize>(table + COUNTS);
  const seen = load<usize>(table + SEEN);
  const ids = load<usize>(table + IDS);
  const end = ids + load<usize>(offsets + load<usize>(B) * 4) * 4;
  for (let at = ids + load<usize>(offsets) * 4; at < end; at += 4) {
    const id = load<usize>(at);
    const count = load<i32>(counts + id * 4);
    store<i32>(counts + id * 4, count + 1);
    if (count === 0) {
      const word = seen + (id >> 6) * 8;
      store<i64>(word, load<i64>(word) | ((<i64>1) << (<i64>id & 63)));
    }
  }
  const numUnique = listRows(table);
  placeExamples(table);
  const uniqueIds = load<usize>(table + UNIQUE_IDS);
  for (let at = uniqueIds; at < uniqueIds + numUnique * 4; at += 4) {
    store<i32>(counts + load<usize>(at) * 4, 0);
  }
  store<usize>(table + NUM_UNIQUE, numUnique);
}

/** Fills uniqueIds and starts; counts then hold where a row's next example goes, and seen is 0 again. Returns U. */
function listRows(table: usize): usize {
  const counts = load<usize>(table + COUNTS);
  const uniqueIds = load<usize>(table + UNIQUE_IDS);
  const starts = load<usize>(table + STARTS);
  const seen = load<usize>(table + SEEN);
  const seenEnd = seen + load<usize>(table + SEEN_BYTES);
  let numUnique: usize = 0;
  let end: i32 = 0;
  for (let word = seen; word < seenEnd; word += 8) {
    let bits = load<i64>(word);
    if (bits === 0) continue;
    store<i64>(word, 0);
    for (; bits !== 0; bits &= bits - 1) {
      const id = ((word - seen) << 3) + <usize>ctz<i64>(bits);
      store<usize>(uniqueIds + numUnique * 4, id);
      store<i32>(starts + numUnique * 4, end);
      numUnique += 1;
      const count = load<i32>(counts + id * 4);
      store<i32>(counts + id * 4, end);
      end += count;
    }
  }
  store<i32>(starts + numUnique * 4, end);
  return numUnique;
}

/** Fills examples [Z] in order of bags, and scales the gradient of each bag. */
function placeExamples(table: usize): void {
  const numBags = load<i32>(B);
  const width = load<usize>(D) * 4;
  const offsets = load<usize>(table + OFFSETS);
  const counts = load<usize>(table + COUNTS);
  const examples = load<usize>(table + EXAMPLES);
  const ids = load<usize>(table + IDS);
  for (let bag: i32 = 0; bag < numBags; bag++) {
    const start = load<i32>(offsets + <usize>bag * 4);
    const end = load<i32>(offsets + <usize>bag * 4, 4);
    for (let at = ids + <usize>start * 4; at < ids + <usize>end * 4; at += 4) {
      const cursor = counts + load<usize>(at) * 4;
      const place = load<i32>(cursor);
      store<i32>(examples + <usize>place * 4, bag);
      store<i32>(cursor, place + 1);
    }
    scaleRow(load<usize>(table + VECTORS) + <usize>bag * width, end - start, width);
  }
}

/** Adagrad of the distinct rows first .. first + ROWS_OF_CHUNK. */
function update(table: usize, first: i32, scratch: usize): void {
  const width = load<usize>(D) * 4;
  const rows = load<usize>(table + ROWS);
  const accumulators = load<usize>(table + ACCUMULATOR);
  const uniqueIds = load<usize>(table + UNIQUE_IDS);
  const vectors = load<usize>(table + VECTORS);
  const examples = load<usize>(table + EXAMPLES);
  const starts = load<usize>(table + STARTS);
  const learningRate = load<f32>(LEARNING_RATE);
  const end = min(first + ROWS_OF_CHUNK, load<i32>(table + NUM_UNIQUE));
  for (let slot = first; slot < end; slot++) {
    if ((slot & (TOUCHED_ROWS - 1)) === 0) {
      const count = min(TOUCHED_ROWS, end - slot);
      const place = uniqueIds + <usize>slot * 4;
      const touched = touchRows(place, count, rows, width);
      store<i32>(scratch, touched | touchRows(place, count, accumulators, width));
    }
    const start = load<i32>(starts + <usize>slot * 4);
    const count = load<i32>(starts + <usize>slot * 4, 4) - start;
    const rowStart = load<usize>(uniqueIds + <usize>slot * 4) * width;
    let gradient = scratch;
    if (count === 1) gradient = vectors + load<usize>(examples + <usize>start * 4) * width;
    else sumRows(scratch, examples + <usize>start * 4, count, vectors, width);
    adagradRow(rows + rowStart, accumulators + rowStart, gradient, width, learningRate);
  }
}

/** row, accumulator [D] change in place by gradient [D]. */
function adagradRow(
  row: usize,
  accumulator: usize,
  gradient: usize,
  width: usize,
  learningRate: f32,
): void {
  const rate = f32x4.splat(learningRate);
  const zero = f32x4.splat(0);
  const vectorWidth = width & ~15;
  let at: usize = 0;
  for (; at < vectorWidth; at += 16) {
    // A sum that starts at 0 is never -0; one gradient alone may be.
    const g = f32x4.add(zero, v128.load(gradient + at));
    const a = f32x4.add(v128.load(accumulator + at), f32x4.mul(g, g));
    const move = f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(a));
    v128.store(accumulator + at, a);
    v128.store(row + at, f32x4.sub(v128.load(row + at), move));
  }
  for (; at < width; at += 4) {
    const g: f32 = <f32>0 + load<f32>(gradient + at);
    const a = load<f32>(accumulator + at) + g * g;
    store<f32>(accumulator + at, a);
    store<f32>(row + at, load<f32>(row + at) - (learningRate * g) / sqrt<f32>(a));
  }
}
