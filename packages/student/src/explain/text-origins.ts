// Where each unit of a normalised text comes from in the text as it was given. Normalising may join characters, spell
// them out or drop them; so the text is normalised piece by piece, and what does not add up to the whole is not told.
import { normalizeText } from '../text/normalize.js';
import { separateFractions } from '../text/quantities.js';
import type { TextDefinition } from '../text/tokenizer.js';

/** A normalised text with the origin of each of its UTF-16 units; -1 where it cannot be told. */
export interface TextOrigins {
  text: string;
  /** Of each unit: where the character that it comes from begins and ends. */
  starts: Int32Array;
  ends: Int32Array;
}

/** A character with what composes with it: marks, half-width voicing marks, vowels and finals of Hangul. */
const PIECES = /.[\p{M}\uff9e\uff9f\u1160-\u11ff]*/gsu;
const CHUNKS = /\s+|\S+/gu;
const FRACTION = /^[\u00bc-\u00be\u2150-\u215e]/;

/** Normalises a text as a definition's tokenizer does before it splits words, and keeps the origins. */
export function traceOrigins(text: string, { tokenizer, quantities }: TextDefinition): TextOrigins {
  const normalize =
    tokenizer === 'paper'
      ? (part: string) => part.toLowerCase()
      : quantities
        ? (part: string) => normalizeText(separateFractions(part))
        : normalizeText;
  const whole = normalize(text);
  const starts = new Int32Array(whole.length).fill(-1);
  const ends = new Int32Array(whole.length).fill(-1);
  let position = 0;
  for (const { 0: chunk, index } of text.matchAll(CHUNKS)) {
    const pieces = normalizePieces(chunk, normalize, quantities === true);
    const joined = pieces.map(({ normalized }) => normalized).join('');
    const expected = normalize(chunk);
    if (sameLetters(joined, expected)) {
      let at = position;
      for (const { start, end, normalized } of pieces) {
        starts.fill(index + start, at, at + normalized.length);
        ends.fill(index + end, at, at + normalized.length);
        at += normalized.length;
      }
    }
    position += expected.length;
  }
  if (position !== whole.length) for (const ofUnit of [starts, ends]) ofUnit.fill(-1);
  return { text: whole, starts, ends };
}

interface Piece {
  start: number;
  end: number;
  normalized: string;
}

function normalizePieces(
  chunk: string,
  normalize: (part: string) => string,
  partsFractions: boolean,
): Piece[] {
  return Array.from(chunk.matchAll(PIECES), ({ 0: piece, index }) => {
    const follows = partsFractions && FRACTION.test(piece) && /[0-9]/.test(chunk[index - 1] ?? '');
    const normalized = (follows ? ' ' : '') + normalize(piece);
    return { start: index, end: index + piece.length, normalized };
  });
}

/** A final sigma is one only in the whole word. */
function sameLetters(left: string, right: string): boolean {
  return left.replaceAll('ς', 'σ') === right.replaceAll('ς', 'σ');
}
