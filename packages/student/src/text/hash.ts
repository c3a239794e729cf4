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
  return finish(mix(left, right));
}

/** Bucket 0..size-1 of a hash. */
export function bucketOf(hash: number, size: number): number {
  return (hash >>> 0) % size;
}

function mix(hash: number, value: number): number {
  let product = Math.imul(value, 0xcc9e2d51);
  product = (product << 15) | (product >>> 17);
  const mixed = hash ^ Math.imul(product, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
