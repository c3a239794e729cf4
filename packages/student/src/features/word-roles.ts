// Words that say what a title's other words are: those behind which it names what the thing is for, and those that turn a
// thing into a part of it. English, as lists.

/** Words behind which a title says what the thing is for, or what comes with it. */
const DIVIDERS = ['for', 'fits', 'compatible', 'with', 'w', 'by', 'of'] as const;
const NUM_FOR_DIVIDERS = 3;
const DIVISION_BITS = 2;

/** Words that turn a thing into a part, an extra or its opposite. */
export const TURNING_WORDS = [
  'replacement',
  'part',
  'kit',
  'accessory',
  'cover',
  'refill',
  'adapter',
  'without',
  'no',
  'non',
  'not',
  'less',
] as const;

/** Index of a turning word by its singular and its plural. */
const TURNING_BY_WORD: ReadonlyMap<string, number> = new Map(
  TURNING_WORDS.flatMap((word, index): [string, number][] => [
    [word, index],
    [word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`, index],
  ]),
);

/**
 * What a word is in a title: the two low bits 1 for a word like "for", 2 for one like "with", else 0; above them 1 + the
 * index of a turning word, or 0.
 */
export function roleOf(word: string): number {
  const turning = TURNING_BY_WORD.get(word);
  const divider = (DIVIDERS as readonly string[]).indexOf(word);
  const division = divider < 0 ? 0 : divider < NUM_FOR_DIVIDERS ? 1 : 2;
  return division + (turning === undefined ? 0 : (turning + 1) << DIVISION_BITS);
}

/** Division of a role: 0, 1 or 2. */
export function divisionOf(role: number): number {
  return role & ((1 << DIVISION_BITS) - 1);
}

/** Bit of a role's turning word; 0 for none. */
export function turningBit(role: number): number {
  return (1 << (role >> DIVISION_BITS)) >> 1;
}
