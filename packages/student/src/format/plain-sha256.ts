// SHA-256 in plain JavaScript. Source: FIPS 180-4, 4.1.2, 4.2.2, 5.1.1, 6.2.

/** SHA-256 of the bytes as 64 hex digits, at once and without the engine's help: much slower. */
export function computeSha256(bytes: Uint8Array): string {
  roots ??= makeRoots();
  const { constants, initial } = roots;
  const view = new DataView(padded(bytes).buffer);
  const words = new Int32Array(64);
  const state = initial.slice();
  for (let start = 0; start < view.byteLength; start += 64) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let index = 0; index < 64; index++) {
      if (index < 16) words[index] = view.getInt32(start + 4 * index);
      else {
        const early = words[index - 15];
        const late = words[index - 2];
        words[index] =
          words[index - 16] +
          words[index - 7] +
          (rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)) +
          (rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10));
      }
      const sum = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const first = (h + sum + ((e & f) ^ (~e & g)) + constants[index] + words[index]) | 0;
      const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, index) => {
      state[index] += word;
    });
  }
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

let roots: { constants: Int32Array; initial: Int32Array } | undefined;

/** Bits of the cube roots of the first 64 primes, and of the square roots of the first eight. */
function makeRoots(): { constants: Int32Array; initial: Int32Array } {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < 64; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return {
    constants: Int32Array.from(primes, (prime) => fractionBits(prime, 3)),
    initial: Int32Array.from(primes.slice(0, 8), (prime) => fractionBits(prime, 2)),
  };
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

/** The bytes, a one bit, zeros, and the length in bits: whole blocks. */
function padded(bytes: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(64 * Math.ceil((bytes.length + 9) / 64));
  blocks.set(bytes);
  blocks[bytes.length] = 0x80;
  new DataView(blocks.buffer).setBigUint64(blocks.length - 8, BigInt(bytes.length) * 8n);
  return blocks;
}

function rotate(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count));
}
