// SHA-256 as hex digits: the engine's where there is one, else computed here. Browsers offer theirs on https pages and
// localhost only. Source: FIPS 180-4, 4.1.2, 4.2.2, 5.1.1, 6.2.

/** SHA-256 of the bytes as 64 hex digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return computeSha256(bytes);
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The same, at once and without the engine's help: some 100 MB a second. */
export function computeSha256(bytes: Uint8Array): string {
  const state = INITIAL_STATE.slice();
  const words = new Int32Array(64);
  const wholeEnd = bytes.length - (bytes.length % 64);
  for (let start = 0; start < wholeEnd; start += 64) addBlock(state, bytes, start, words);
  const tail = paddedTail(bytes, wholeEnd);
  for (let start = 0; start < tail.length; start += 64) addBlock(state, tail, start, words);
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The first 64 primes: constants are bits of their cube roots, the state begins with square roots. */
const PRIMES = firstPrimes(64);
const CONSTANTS = Int32Array.from(PRIMES, (prime) => fractionBits(prime, 3));
const INITIAL_STATE = Int32Array.from(PRIMES.slice(0, 8), (prime) => fractionBits(prime, 2));

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}

/** First 32 bits of the fraction of a root: in whole numbers, as `Math.cbrt` may differ by engine. */
function fractionBits(prime: number, degree: 2 | 3): number {
  const target = BigInt(prime) << BigInt(32 * degree);
  let root = 0n;
  for (let bit = 1n << 37n; bit > 0n; bit >>= 1n) {
    if ((root + bit) ** BigInt(degree) <= target) root += bit;
  }
  return Number(BigInt.asIntN(32, root));
}

/** What is left over, a one bit, zeros, and the length in bits: one block or two. */
function paddedTail(bytes: Uint8Array, start: number): Uint8Array {
  const left = bytes.length - start;
  const tail = new Uint8Array(left < 56 ? 64 : 128);
  tail.set(bytes.subarray(start));
  tail[left] = 0x80;
  new DataView(tail.buffer).setBigUint64(tail.length - 8, BigInt(bytes.length) * 8n);
  return tail;
}

/** Mixes the 64 bytes at `start` into the state; `words [64]` is scratch. */
function addBlock(state: Int32Array, bytes: Uint8Array, start: number, words: Int32Array): void {
  for (let index = 0, at = start; index < 16; index++, at += 4) {
    words[index] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let index = 16; index < 64; index++) {
    const early = words[index - 15];
    const late = words[index - 2];
    const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    words[index] = (words[index - 16] + sigma0 + words[index - 7] + sigma1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let index = 0; index < 64; index++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + sum1 + ((e & f) ^ (~e & g)) + CONSTANTS[index] + words[index]) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b] = [g, f, e, (d + first) | 0, c, b, a];
    a = (first + second) | 0;
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] += word;
}

function rotate(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count));
}
