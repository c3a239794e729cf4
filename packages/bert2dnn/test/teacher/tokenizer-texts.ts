// The texts of test/golden/tokenizer_texts.py, made again: real ones of a data folder and hostile ones made by rule.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One text, or a pair. */
export type TextRow = readonly [string] | readonly [string, string];

// File, columns. Two columns are a pair.
const FILES: readonly (readonly [string, readonly number[]])[] = [
  ['sst2/train.tsv.gz', [0]],
  ['sst2/dev.tsv.gz', [0]],
  ...[0, 1, 2, 3].map((part) => [`reviews/imdb-${part}.tsv.gz`, [2]] as const),
  ['reviews/amazon.tsv.gz', [2]],
  ['search/homedepot.tsv.gz', [0, 1]],
  ['search/crowdflower.tsv.gz', [0, 1]],
  ['search/catalogue.tsv.gz', [1]],
];
const TAKEN = new Set([0, 5, 10, 14]);

/** Four rows of nineteen, counted through all files. */
export function* readRealTexts(data: string): Generator<TextRow> {
  let number = 0;
  for (const [name, columns] of FILES) {
    const [, ...lines] = gunzipSync(readFileSync(join(data, name)))
      .toString()
      .split('\n');
    for (const line of lines) {
      if (line === '' || !TAKEN.has(number++ % 19)) continue;
      const cells = line.split('\t');
      yield columns.map((column) => cells[column]) as unknown as TextRow;
    }
  }
}

type Range = readonly [number, number];

/** A linear congruential generator of 32 bits; the low 8 are not used. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return (this.#state >>> 8) % limit;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  code(ranges: readonly Range[]): string {
    const [low, high] = this.pick(ranges);
    const code = low + this.below(high - low);
    return code >= 0xd800 && code < 0xe000 ? ' ' : String.fromCodePoint(code);
  }
}

// biome-ignore format: the tables of tokenizer_texts.py
const SCRIPTS: readonly Range[] = [[0x20, 0x7f], [0xa0, 0x250], [0x250, 0x370], [0x370, 0x530], [0x530, 0x700], [0x900, 0xe00], [0xe00, 0x1200], [0x1200, 0x1900], [0x1a00, 0x2000], [0x2000, 0x2c00], [0x2c00, 0x3000], [0x3000, 0x3400], [0x4e00, 0x9fff], [0xa000, 0xac00], [0xac00, 0xd7b0], [0xd7b0, 0xd800], [0xf900, 0x10000], [0x10000, 0x11000], [0x11000, 0x12000], [0x16000, 0x17000], [0x1b000, 0x1c000], [0x1cc00, 0x1e000], [0x1e000, 0x1f000], [0x1f000, 0x20000], [0x20000, 0x20100], [0xe0000, 0xe0200], [0xf0000, 0x10ffff]];
// biome-ignore format: the tables of tokenizer_texts.py
const MARKS: readonly Range[] = [[0x300, 0x370], [0x483, 0x488], [0x591, 0x5c0], [0x64b, 0x660], [0x93a, 0x950], [0x1ab0, 0x1af0], [0x1dc0, 0x1e00], [0x20d0, 0x20f1], [0xfe20, 0xfe30], [0x1e130, 0x1e137]];
// biome-ignore format: the tables of tokenizer_texts.py
const CONTROLS: readonly Range[] = [[0x0, 0x20], [0x7f, 0xa0], [0x2000, 0x2010], [0x2028, 0x2030], [0x2060, 0x2070], [0xfff9, 0xfffe]];
// biome-ignore format: the tables of tokenizer_texts.py
const EMOJI = ['\u{1f600}', '\u{1f468}', '\u{1f469}', '\u{1f467}', '\u2764', '\u263a', '\u2122', '\u3299', '\u00a9', '\u2139', '\u{1f1e9}', '\u{1f1ea}', '\u{1f3f4}'];
// biome-ignore format: the tables of tokenizer_texts.py
const JOINS = ['\u200d', '\ufe0f', '\u{1f3fd}', '\u20e3', '\u0301', '', '', ' ', '\u200d', '\u094d'];
// biome-ignore format: the tables of tokenizer_texts.py
const PIECES = ['<mask>', '<s>', '</s>', '<unk>', '<pad>', '[MASK]', '[SEP]', '[CLS]', '[UNK]', '<0x0A>', '\u2581', '<x>', 'wordy', 'Wordy', 'caf\u00e9!', 'a', 'z9', ' ', '  ', '\t', '\n', '.', '_', '\u3000', '\u0301', 'mask>'];
// biome-ignore format: the tables of tokenizer_texts.py
const SPACES = ["it's", "we'll", "I'm", "they've", "'d", "'S", "'re", "''", '``', '12', '\u00bd', '\u0664', 'x', '\r\n', '\r', '\n', '\t', ' ', '  ', '\u00a0', '\u3000', '\u2028', '\u0085', '\u200b', '\ufeff', '\u180e', '-', '!?', '\u2581', '\u00e9'];
// biome-ignore format: the tables of tokenizer_texts.py
const LETTERS = ['abc', 'lowerst', '\u03b1\u03b2\u03c3\u03a3', '\u65e5\u672c\u8a9e', '\u0e01\u0e33\u0e49', '\u{1f600}\u200d', '\u00e4\u00f6\u0308u'];

function repeat(count: number, make: () => string): string {
  return Array.from({ length: count }, make).join('');
}

function hostileText(dice: Dice, number: number): string {
  switch (number % 8) {
    case 0:
      return repeat(1 + dice.below(40), () => dice.code(SCRIPTS));
    case 1: {
      const script = [dice.pick(SCRIPTS)];
      return repeat(1 + dice.below(60), () => (dice.below(6) === 0 ? ' ' : dice.code(script)));
    }
    case 2:
      return repeat(1 + dice.below(20), () => dice.pick(EMOJI) + dice.pick(JOINS));
    case 3:
      return repeat(1 + dice.below(40), () =>
        dice.below(2) === 0 ? dice.code(CONTROLS) : dice.code([[0x20, 0x7f]]),
      );
    case 4:
      return repeat(1 + dice.below(40), () =>
        dice.below(3) > 0 ? dice.code(MARKS) : dice.code(SCRIPTS),
      );
    case 5: {
      const letters = [...dice.pick(LETTERS)];
      const length = number % 64 === 5 ? 5000 : 1 + dice.below(300);
      return repeat(length, () => dice.pick(letters));
    }
    case 6:
      return repeat(1 + dice.below(20), () => dice.pick(PIECES));
    default:
      return repeat(1 + dice.below(30), () => dice.pick(SPACES));
  }
}

/** Texts of all scripts, emoji sequences, control characters, lone marks, long words, special tokens and odd blanks. */
export function makeHostileTexts(count: number): TextRow[] {
  const dice = new Dice(7);
  return Array.from({ length: count }, (_, number) => [hostileText(dice, number)] as const);
}
