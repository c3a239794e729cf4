// The special tokens of a tokenizer by what they are for. Finds them; a model's own files may name others.
import { Bert2dnnError } from '../../foundation/errors.js';
import { nameUnknown } from './model.js';
import type { Templates } from './template.js';
import type { TokenizerJson } from './tokenizer-json.js';

/** Ids of the special tokens by role. */
export interface SpecialIds {
  /** Fills a batch up: `[PAD]`, `<pad>`. */
  pad: number;
  /** First token of a text: `[CLS]`, `<s>`. */
  cls: number;
  /** Last token of a text: `[SEP]`, `</s>`. */
  sep: number;
  /** Stands for what cannot be spelt: `[UNK]`, `<unk>`. A byte-level tokenizer may have none. */
  unk: number | undefined;
  /** Stands for a masked token: `[MASK]`, `<mask>`. Only masked language modelling needs it. */
  mask: number | undefined;
}

const PAD_NAMES = ['[PAD]', '<pad>'];
const UNK_NAMES = ['[UNK]', '<unk>'];
const MASK_NAMES = ['[MASK]', '<mask>'];

/** Where tokens are looked up. */
export interface TokenSource {
  json: TokenizerJson;
  /** Token -> id, added tokens included. */
  tokens: ReadonlyMap<string, number>;
  templates: Templates;
  /** Names the file in errors. */
  place: string;
}

/**
 * Special tokens of a tokenizer.json.
 * @throws Bert2dnnError TOKENIZER_INVALID when the padding token or the model's unknown token is not there.
 */
export function findSpecialIds({ json, tokens, templates, place }: TokenSource): SpecialIds {
  const padNames = json.padding == null ? PAD_NAMES : [json.padding.pad_token];
  const unknown = nameUnknown(json.model);
  return {
    pad: needToken(tokens, padNames, place),
    cls: templates.firstId,
    sep: templates.lastId,
    unk: unknown === undefined ? findToken(tokens, UNK_NAMES) : needToken(tokens, [unknown], place),
    mask: findToken(tokens, MASK_NAMES),
  };
}

/**
 * The id of the first of some tokens that is there.
 * @throws Bert2dnnError TOKENIZER_INVALID when none is.
 */
export function needToken(
  tokens: ReadonlyMap<string, number>,
  names: readonly string[],
  place: string,
): number {
  const id = findToken(tokens, names);
  if (id !== undefined) return id;
  const listed = names.map((name) => `"${name}"`).join(' or ');
  throw new Bert2dnnError(
    'TOKENIZER_INVALID',
    `${place}: special token ${listed} is not in the vocabulary of ${tokens.size} tokens`,
    {
      hint: 'A tokenizer needs its padding, unknown, first and last token; save it again from its source.',
    },
  );
}

function findToken(
  tokens: ReadonlyMap<string, number>,
  names: readonly string[],
): number | undefined {
  const name = names.find((one) => tokens.has(one));
  return name === undefined ? undefined : tokens.get(name);
}
