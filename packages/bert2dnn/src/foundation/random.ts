// Seeded random numbers: the same seed gives the same stream on every machine. Not for cryptography.

/** A stream of pseudo-random numbers. */
export interface Random {
  /** The next number in [0, 1). */
  next(): number;
  /** The next whole number in [0, limit). */
  nextInt(limit: number): number;
  /** The next standard normal number (Box-Muller). */
  nextNormal(): number;
}

/**
 * A stream for a seed and the name of its purpose, so that two users of one seed never share numbers.
 * Source: sfc32, Chris Doty-Humphrey, PractRand; seeded by FNV-1a and twelve discarded rounds.
 */
export function createRandom(seed: number, purpose = ''): Random {
  let a = hashString(`${seed}:${purpose}:a`) | 0;
  let b = hashString(`${seed}:${purpose}:b`) | 0;
  let c = hashString(`${seed}:${purpose}:c`) | 0;
  let counter = 1;
  const nextBits = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) nextBits();
  const next = (): number => {
    // 53 bits, as a double holds them.
    const high = nextBits() >>> 5;
    const low = nextBits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  };
  return {
    next,
    nextInt: (limit) => Math.floor(next() * limit),
    nextNormal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** FNV-1a over UTF-16 units, as an unsigned 32-bit number. */
export function hashString(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Shuffles in place (Fisher-Yates). */
export function shuffle<T>(
  items: T[] | Int32Array | Uint32Array | Float64Array,
  random: Random,
): void {
  const list = items as unknown as T[];
  for (let last = list.length - 1; last > 0; last--) {
    const other = random.nextInt(last + 1);
    const held = list[last];
    list[last] = list[other];
    list[other] = held;
  }
}
