// Where a grapheme cluster (what a reader takes for one character) ends. Knows nothing of tokens.
import { forEachRange } from './character-classes.js';
import {
  CONSONANT_RANGES,
  CONTROL_RANGES,
  EXTEND_RANGES,
  LINKER_RANGES,
  PICTOGRAPH_RANGES,
  PREPEND_RANGES,
  SPACING_RANGES,
} from './cluster-tables.js';

// 0 is any other code point.
const CONTROL = 1;
const EXTEND = 2;
const LINKER = 3; // A virama between Indic consonants; else like EXTEND.
const JOINER = 4;
const SPACING = 5;
const PREPEND = 6;
const CONSONANT = 7;
const PICTOGRAPH = 8;
const REGIONAL = 9;
const HANGUL_L = 10;
const HANGUL_V = 11;
const HANGUL_T = 12;
const HANGUL_LV = 13;
const HANGUL_LVT = 14;

let builtParts: Uint8Array | undefined;

/** Part of every code point in a cluster, made on first use: most tokenizers need none. */
function clusterParts(): Uint8Array {
  if (builtParts !== undefined) return builtParts;
  const parts = new Uint8Array(0x110000);
  const mark = (ranges: string, part: number): void =>
    forEachRange(ranges, (start, end) => parts.fill(part, start, end));
  mark(PICTOGRAPH_RANGES, PICTOGRAPH);
  mark(CONSONANT_RANGES, CONSONANT);
  mark(PREPEND_RANGES, PREPEND);
  mark(CONTROL_RANGES, CONTROL);
  mark(SPACING_RANGES, SPACING);
  mark(EXTEND_RANGES, EXTEND);
  mark(LINKER_RANGES, LINKER);
  parts[0x200d] = JOINER;
  parts.fill(REGIONAL, 0x1f1e6, 0x1f200);
  parts.fill(HANGUL_L, 0x1100, 0x1160).fill(HANGUL_L, 0xa960, 0xa97d);
  parts.fill(HANGUL_V, 0x1160, 0x11a8).fill(HANGUL_V, 0xd7b0, 0xd7c7);
  parts.fill(HANGUL_T, 0x11a8, 0x1200).fill(HANGUL_T, 0xd7cb, 0xd7fc);
  parts.fill(HANGUL_LVT, 0xac00, 0xd7a4);
  for (let code = 0xac00; code < 0xd7a4; code += 28) parts[code] = HANGUL_LV;
  builtParts = parts;
  return parts;
}

/**
 * End of the extended grapheme cluster that begins at `start`, which must be less than the length.
 * Source: Unicode Standard Annex 29, rules GB3 to GB999.
 */
export function findClusterEnd(text: string, start: number): number {
  const parts = clusterParts();
  let code = text.codePointAt(start)!;
  let end = start + (code > 0xffff ? 2 : 1);
  if (code === 0x0d && text.charCodeAt(end) === 0x0a) return end + 1; // GB3
  let before = parts[code];
  const memory = {
    numRegional: 0,
    isAfterPictograph: false,
    isAfterConsonant: false,
    isLinked: false,
  };
  remember(memory, before, before);
  while (end < text.length) {
    code = text.codePointAt(end)!;
    const part = parts[code];
    if (!isJoined(before, part, memory)) return end;
    remember(memory, part, before);
    before = part;
    end += code > 0xffff ? 2 : 1;
  }
  return end;
}

/** What rules need to know of a cluster beyond its last code point. */
interface Memory {
  numRegional: number;
  /** Since a pictograph only extending marks came. */
  isAfterPictograph: boolean;
  /** Since a consonant only extending marks came; `isLinked`: a linker among them. */
  isAfterConsonant: boolean;
  isLinked: boolean;
}

function isJoined(before: number, part: number, memory: Memory): boolean {
  if (before === CONTROL || part === CONTROL) return false; // GB4, GB5
  if (part === EXTEND || part === LINKER || part === JOINER || part === SPACING) return true; // GB9, GB9a
  if (before === PREPEND) return true; // GB9b
  if (part === PICTOGRAPH) return before === JOINER && memory.isAfterPictograph; // GB11
  if (part === CONSONANT) return memory.isAfterConsonant && memory.isLinked; // GB9c
  if (part === REGIONAL) return before === REGIONAL && memory.numRegional % 2 === 1; // GB12, GB13
  return isHangulJoined(before, part); // GB6, GB7, GB8
}

function isHangulJoined(before: number, part: number): boolean {
  if (part === HANGUL_V) return before === HANGUL_L || before === HANGUL_V || before === HANGUL_LV;
  if (part === HANGUL_T) {
    return (
      before === HANGUL_V || before === HANGUL_T || before === HANGUL_LV || before === HANGUL_LVT
    );
  }
  return before === HANGUL_L && part >= HANGUL_L;
}

function remember(memory: Memory, part: number, before: number): void {
  const isExtending = part === EXTEND || part === LINKER;
  memory.numRegional += part === REGIONAL ? 1 : 0;
  if (part === PICTOGRAPH) memory.isAfterPictograph = true;
  else if (!(isExtending || (part === JOINER && before !== JOINER)))
    memory.isAfterPictograph = false;
  if (part === CONSONANT) {
    memory.isAfterConsonant = true;
    memory.isLinked = false;
  } else if (!(isExtending || part === JOINER)) memory.isAfterConsonant = false;
  else if (part === LINKER) memory.isLinked = true;
}
