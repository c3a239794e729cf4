// More unlabelled texts from the ones there are, for a transfer set that is too small. Makes texts; labels are the
// teacher's business.
import type { Random } from '../../foundation/random.js';

/** How a text is changed. */
export interface AugmentOptions {
  /** Probability that a word is masked, 0..1. Default 0.1. */
  maskShare?: number;
  /** Probability that only an n-gram of the text is kept, 0..1. Default 0.25. */
  ngramShare?: number;
  /** Most words of that n-gram, at least 1; n is uniform in 1..maxNgram. Default 5. */
  maxNgram?: number;
  /** What stands for a masked word; the teacher's own mask token, if it has another. Default `[MASK]`. */
  maskWord?: string;
}

/** Defaults of `AugmentOptions`, which are the paper's. */
export const DEFAULT_AUGMENTATION = {
  maskShare: 0.1,
  ngramShare: 0.25,
  maxNgram: 5,
  maskWord: '[MASK]',
} as const satisfies Required<AugmentOptions>;

/**
 * One augmented text: each word is masked with `maskShare`, then with `ngramShare` only n adjacent words are kept, from
 * any place with equal chance. Words are what white space separates; in the result one space does. A text of fewer than
 * n words is kept whole, so it may come out as it went in: drop such duplicates.
 *
 * Left out of the paper's procedure: the replacement of words by others of the same part of speech (it needs a tagger,
 * and its share is as large as that of masking), and repeating it 20 times a text, which is the caller's loop.
 * Source: Tang, Lu, Liu, Mou, Vechtomova and Lin, Distilling Task-Specific Knowledge from BERT into Simple Neural
 * Networks, arXiv 1903.12136, 3.3.
 * @param random gives one number a word, one for the n-gram, and two more if it is taken
 */
export function augmentText(text: string, random: Random, options: AugmentOptions = {}): string {
  const { maskShare, ngramShare, maxNgram, maskWord } = { ...DEFAULT_AUGMENTATION, ...options };
  const words = text.split(/\s+/).filter((word) => word !== '');
  const masked = words.map((word) => (random.next() < maskShare ? maskWord : word));
  if (random.next() >= ngramShare) return masked.join(' ');
  const numKept = Math.min(1 + random.nextInt(maxNgram), masked.length);
  const start = random.nextInt(masked.length - numKept + 1);
  return masked.slice(start, start + numKept).join(' ');
}
