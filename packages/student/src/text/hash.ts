// 32-bit hashes of words and of sequences of words, the same on every machine. Not for cryptography.
// Source: MurmurHash3 x86_32 (Austin Appleby), seed 0, over each UTF-16 unit as a 32-bit number.

/** Hash of a word: MurmurHash3 of its UTF-16 units; for words of the basic plane that is over their UTF-32LE bytes. */
export function hashWord(word: string): number {
  let hash = 0;
  for (let index = 0; index < word.length; index++) hash = mix(hash, word.charCodeAt(index));
  return finish(hash ^ (word.length * 4));
}

/** Hash of a sequence: the hash so far and the hash of what comes next. Order matters. */
export function combineHashes(left: number, right: number): number {
  return combineScrambled(left, scrambleHash(right));
}

/** Bucket 0..size-1 of a hash: its remainder, which a division of floating point gives exactly, and faster than `%`. */
export function bucketOf(hash: number, size: number): number {
  const positive = hash >>> 0;
  return positive - Math.floor(positive / size) * size;
}

/** First half of `combineHashes`, which depends on the right hash alone. */
export function scrambleHash(right: number): number {
  let product = Math.imul(right, 0xcc9e2d51);
  product = (product << 15) | (product >>> 17);
  return Math.imul(product, 0x1b873593);
}

/** Second half of `combineHashes`: the hash so far, and what `scrambleHash` made of the one that comes next. */
export function combineScrambled(left: number, scrambled: number): number {
  return finish(stir(left ^ scrambled));
}

function mix(hash: number, value: number): number {
  return stir(hash ^ scrambleHash(value));
}

function stir(mixed: number): number {
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
