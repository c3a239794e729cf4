// Unicode normal forms as Hugging Face `tokenizers` has them: of Unicode 9, where JavaScript follows the newest.
import { classSource } from './character-classes.js';
import { UNKNOWN_FORM_RANGES } from './character-tables.js';

/** A Unicode normal form. */
export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

// QUIRK: what Unicode gave a form or an order after version 9 stays whole and in its place.
const KEPT_WHOLE = new RegExp(`([${classSource(UNKNOWN_FORM_RANGES)}])`, 'u');

/** Text in a normal form. Source: the crate unicode-normalization-alignments of huggingface/tokenizers. */
export function toNormalForm(text: string, form: NormalForm): string {
  if (!KEPT_WHOLE.test(text)) return text.normalize(form);
  // With a capturing group `split` keeps the separators at the odd positions; nothing composes across them.
  return text
    .split(KEPT_WHOLE)
    .map((part, index) => (index % 2 === 1 ? part : part.normalize(form)))
    .join('');
}
