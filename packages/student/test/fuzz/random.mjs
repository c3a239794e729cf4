// Seeded random numbers for the fuzzers: a case is told by its seed and number, and made again from them alone.

/** A generator for one case. Source: the mixing of SplitMix32 (Steele et al. 2014). */
export function createRandom(seed, caseIndex) {
  let state = mix(Math.imul(seed, 0x9e3779b1) ^ mix(caseIndex + 1));
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: (list) => list[below(list.length)],
    chance: (share) => next() < share,
  };
}

function mix(value) {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}
