// One case of the reader's fuzzer: a text of what the rules of numbers look at, often next to each other. The reader of plain
// texts gives up on it, or has the words that the tokenizer has. It goes on from case to case, with what it has kept.
import { AnalysedText } from '../../dist/features/analysed-text.js';
import { Lexicon } from '../../dist/features/lexicon.js';
import { PlainReader } from '../../dist/features/plain-reader.js';
import { TextCodes } from '../../dist/features/text-codes.js';
import { UNIT_BY_SPELLING } from '../../dist/text/quantities.js';
import { tokenizerOf } from '../../dist/text/tokenizer.js';
import { createRandom } from './random.mjs';

const UNITS = [...UNIT_BY_SPELLING.keys()].filter((unit) => /^[\x20-\x7e]+$/.test(unit));
const SIGNS = [...' -.,/x\'"%()&#+:;_*\t'];
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const WORDS =
  "of pack pack|of set|of case box x X x5 abc5 r2d2 sq sq. cu cubic square amp amp|hour hours hourly hour feetx inner men's in's it's a A drill The w14 xbox xl lb. no. in|x|4|in"
    .split(' ')
    .map((word) => word.replaceAll('|', ' '));
const NUMBERS =
  "1/2 3/4 1-1/2 1|1/2 3.50 0.75 .5 1,000 12 5 2x4 6'x8' 10 0 007 25,000 16/3 100 3/16 5/4 12v 20a 8ft 1.5in"
    .split(' ')
    .map((number) => number.replaceAll('|', ' '));
/** What may stand behind a piece. */
const GAPS = [' ', ' ', ' ', ' ', '-', '  ', '. ', ', '];
const MAX_PIECES = 9;

/** A reader for each way to read numbers, with its tokenizer. */
export function prepareReaders() {
  return [true, false].map((quantities) => {
    const tokenizer = tokenizerOf({ tokenizer: 'default', ngrams: 2, quantities });
    const lexicon = new Lexicon();
    const codes = new TextCodes();
    const reader = new PlainReader(lexicon, tokenizer, codes);
    return { tokenizer, lexicon, codes, reader, into: new AnalysedText() };
  });
}

/** `read`, or `left` to the tokenizer. @throws Error if the words are others. */
export function runReaderCase(readers, seed, caseIndex) {
  const random = createRandom(seed, caseIndex);
  const text = makeText(random);
  return checkText(random.pick(readers), text);
}

function checkText({ tokenizer, lexicon, codes, reader, into }, text) {
  lexicon.trim();
  codes.read(text);
  into.numWords = 0;
  if (!reader.read(into)) return 'left';
  const words = Array.from(into.words.subarray(0, into.numWords), (word) => lexicon.words[word]);
  const wanted = tokenizer.splitWords(text);
  if (words.join(' ') === wanted.join(' ')) return 'read';
  throw new Error(`${JSON.stringify(text)} read as ${words.join('|')}, not ${wanted.join('|')}`);
}

function makeText(random) {
  let text = '';
  for (let left = 1 + random.below(MAX_PIECES); left > 0; left--) {
    text += makePiece(random);
    if (random.chance(0.5)) text += random.pick(GAPS);
  }
  return text;
}

function makePiece(random) {
  const kind = random.below(10);
  if (kind < 2) return random.pick(SIGNS);
  if (kind < 4) return random.pick(NUMBERS);
  if (kind < 5) return String(random.below(10));
  if (kind < 7) return random.pick(UNITS);
  return random.pick(kind < 9 ? WORDS : LETTERS);
}
