// AssemblyScript: block `cross`, as src/features/cross-block.ts has it, four words of the right text at once.
import { scramble } from './hash';
import { CROSS_SCRATCH, END, LEFT, RIGHT, STEM_HASH, STRIDE } from './memory';

/** Words that are crossed. */
const MAX_LEFT: usize = 16;
const MAX_RIGHT: usize = 48;

/** Of the block: buckets of hashes, and (2^32 - 1) / buckets, rounded down. */
const SIZE: usize = 12;
const INVERSE: usize = 16;

export function cross(texts: usize, B: u32, block: usize, counts: usize, out: usize): usize {
  const size = v128.load32_splat(block, SIZE);
  const inverse = v128.load32_splat(block, INVERSE);
  for (; B > 0; B--) {
    const left = texts + load<u32>(block, LEFT);
    const right = texts + load<u32>(block, RIGHT);
    const begin: usize = load<u32>(left);
    const end = min<usize>(load<u32>(left, END), begin + MAX_LEFT * 4);
    const rightBytes = scrambleStems(load<u32>(right), load<u32>(right, END));
    const first = out;
    for (let place = begin; place < end; place += 4) {
      const hash = v128.load32_splat(load<u32>(place), STEM_HASH);
      for (let at: usize = 0; at < rightBytes; at += 16) {
        const mixed = combine(hash, v128.load(CROSS_SCRATCH + at));
        // What is written beyond the last word is written over.
        v128.store(out + at, remainder(mixed, size, inverse));
      }
      out += rightBytes;
    }
    store<u32>(counts, <u32>((out - first) >> 2));
    counts += 4;
    texts += load<u32>(block, STRIDE);
  }
  return out;
}

/** Scrambles the hashes of the stems of the right text's words, as far as they are crossed; returns how many bytes they take. */
function scrambleStems(begin: usize, end: usize): usize {
  const bytes = min(end - begin, MAX_RIGHT * 4);
  for (let at: usize = 0; at < bytes; at += 4) {
    store<u32>(CROSS_SCRATCH + at, scramble(load<u32>(load<u32>(begin + at), STEM_HASH)));
  }
  return bytes;
}

/** Hashes of four words behind one, as `combineHashes` has them, the four scrambled already. */
function combine(left: v128, scrambled: v128): v128 {
  let hash = v128.xor(left, scrambled);
  hash = v128.or(i32x4.shl(hash, 13), i32x4.shr_u(hash, 19));
  hash = i32x4.add(i32x4.mul(hash, i32x4.splat(5)), i32x4.splat(0xe6546b64));
  hash = i32x4.mul(v128.xor(hash, i32x4.shr_u(hash, 16)), i32x4.splat(0x85ebca6b));
  hash = i32x4.mul(v128.xor(hash, i32x4.shr_u(hash, 13)), i32x4.splat(0xc2b2ae35));
  return v128.xor(hash, i32x4.shr_u(hash, 16));
}

/**
 * Remainders of hashes by the size. The product's upper half is the quotient or one less, because the inverse is less than
 * 2^32 / size, by 1 at most; so the rest is the remainder, or that and the size.
 */
function remainder(hash: v128, size: v128, inverse: v128): v128 {
  const low = i64x2.extmul_low_i32x4_u(hash, inverse);
  const high = i64x2.extmul_high_i32x4_u(hash, inverse);
  const quotient = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
  const rest = i32x4.sub(hash, i32x4.mul(quotient, size));
  return i32x4.min_u(rest, i32x4.sub(rest, size));
}
