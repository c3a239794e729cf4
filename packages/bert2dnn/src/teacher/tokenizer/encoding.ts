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

/** Tokens of one text or two, cut to what a template has room for. */
export interface TextTokens {
  first: readonly number[];
  second: readonly number[] | undefined;
  /** Word of each token of the first or the second text. */
  listWords(second: boolean): number[];
}

/** An encoding that lists words when they are asked for: only masked language modelling does. */
class TemplateEncoding implements Encoding {
  readonly ids: number[];
  readonly typeIds: number[];
  readonly #listWordIds: () => (number | null)[];
  #wordIds: (number | null)[] | undefined;

  constructor(ids: number[], typeIds: number[], listWordIds: () => (number | null)[]) {
    this.ids = ids;
    this.typeIds = typeIds;
    this.#listWordIds = listWordIds;
  }

  get wordIds(): (number | null)[] {
    this.#wordIds ??= this.#listWordIds();
    return this.#wordIds;
  }
}

/** Sets one text or, where the template has a second place, two into a template. */
export function fillTemplate(steps: readonly TemplateStep[], texts: TextTokens): Encoding {
  const ids: number[] = [];
  const typeIds: number[] = [];
  for (const step of steps) {
    const { typeId } = step;
    const source = step.kind === 'special' ? step.ids : step.second ? texts.second! : texts.first;
    for (let index = 0; index < source.length; index++) {
      ids.push(source[index]);
      typeIds.push(typeId);
    }
  }
  return new TemplateEncoding(ids, typeIds, () =>
    steps.flatMap((step) =>
      step.kind === 'special' ? step.ids.map(() => null) : texts.listWords(step.second),
    ),
  );
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
