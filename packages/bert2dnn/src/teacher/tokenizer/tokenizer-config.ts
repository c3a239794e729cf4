// A tokenizer_config.json for a folder without one: transformers would otherwise guess a tokenizer by the model's type,
// and a guessed BERT tokenizer lower-cases whatever tokenizer.json says.
import type { Json } from '../../foundation/fingerprint.js';
import type { Tokenizer } from './tokenizer.js';

/** What of a tokenizer.json is needed: its added tokens, among them the special ones. */
export interface NamedTokens {
  added_tokens?: readonly { id: number; content: string }[];
}

/** The content: use tokenizer.json as it is, with these special tokens and inputs. */
export function describeTokenizerConfig(
  tokenizer: Tokenizer,
  { added_tokens = [] }: NamedTokens,
  readsTypes: boolean,
): Record<string, Json> {
  const config: Record<string, Json> = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_input_names: ['input_ids', ...(readsTypes ? ['token_type_ids'] : []), 'attention_mask'],
  };
  for (const [role, id] of Object.entries(tokenizer.special)) {
    const token = added_tokens.find((added) => added.id === id);
    if (token !== undefined) config[`${role}_token`] = token.content;
  }
  return config;
}
