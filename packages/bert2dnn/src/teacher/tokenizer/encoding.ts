// The tokens of one text or pair: cut to a limit and set into a template. Spells nothing.
import type { TemplateStep } from './template.js';

/** The tokens of one text or pair. */
export interface Encoding {
  ids: number[];
  /** Segment of each token: 0 for the first text, 1 for the second, as the template says. */
  typeIds: number[];
  /**
   * Word of each token, counted from 0 in each text, as Python's `Encoding.word_ids`: tokens of a word that are
   * neighbours share it; an added token in the text is a word, a token that the template adds is of none, `null`.
   */
  readonly wordIds: (number | null)[];
}

/** A text as tokens. */
export interface SpeltText {
  /** Ids of all words; may be cut short. */
  ids: number[];
  /** Ids of each word; a word that nothing spells has none. */
  words: readonly (readonly number[])[];
}

/** An encoding that lists words when they are asked for: only masked language modelling does. */
export class TemplateEncoding implements Encoding {
  readonly ids: number[];
  readonly typeIds: number[];
  readonly #steps: readonly TemplateStep[];
  readonly #texts: readonly [SpeltText, SpeltText | undefined];
  #wordIds: (number | null)[] | undefined;

  /** Sets one text or, where the template has a second place, two into a template. */
  constructor(steps: readonly TemplateStep[], first: SpeltText, second?: SpeltText) {
    this.#steps = steps;
    this.#texts = [first, second];
    const ids: number[] = [];
    const typeIds: number[] = [];
    for (const step of steps) {
      const source = step.kind === 'special' ? step.ids : this.#textOf(step).ids;
      for (let index = 0; index < source.length; index++) {
        ids.push(source[index]);
        typeIds.push(step.typeId);
      }
    }
    this.ids = ids;
    this.typeIds = typeIds;
  }

  get wordIds(): (number | null)[] {
    this.#wordIds ??= this.#steps.flatMap((step) =>
      step.kind === 'special' ? step.ids.map(() => null) : listWordIds(this.#textOf(step)),
    );
    return this.#wordIds;
  }

  #textOf(step: TemplateStep & { kind: 'sequence' }): SpeltText {
    return step.second ? this.#texts[1]! : this.#texts[0];
  }
}

function listWordIds({ ids, words }: SpeltText): number[] {
  return words.flatMap((word, place) => word.map(() => place)).slice(0, ids.length);
}

/**
 * Cuts the two texts, the longer first, to `maxTokens` together; of two texts cut to halves the longer keeps the odd token.
 * Source: huggingface/tokenizers, utils/truncation.rs, LongestFirst.
 */
export function truncateLongestFirst(
  first: number[],
  second: number[] | undefined,
  maxTokens: number,
): void {
  const limit = Math.max(0, maxTokens);
  if (second === undefined) {
    first.length = Math.min(first.length, limit);
    return;
  }
  if (first.length + second.length <= limit) return;
  const [shorter, longer] = first.length > second.length ? [second, first] : [first, second];
  const half = Math.floor(limit / 2);
  if (shorter.length > half) {
    shorter.length = half;
    longer.length = half + (limit % 2);
  } else {
    longer.length = limit - shorter.length;
  }
}
