// What a model family is, as data: names of config members and tensors, and the few places where families compute
// differently. The descriptions are in families.ts; a new family is a new description, not a new encoder.
import type { ConfigMembers } from './config-members.js';

/** Activations between the two products of a layer. `gelu_tanh` is the tanh approximation. */
export type Activation = 'gelu' | 'gelu_tanh' | 'relu';

/** How the first token becomes logits: dense, activation, dropout, linear. */
export interface ClassifierHead {
  activation: Activation | 'tanh';
  /** Dropout also stands before the dense layer. */
  dropsInput: boolean;
}

/** How tokens become scores of the vocabulary: dense, activation, layer norm, product with the token table. */
export interface MaskedLmHead {
  architecture: string;
  /** `hidden`: the activation of the layers. */
  activation: Activation | 'hidden';
  /** Place in the graph -> tensor name. */
  tensors: Readonly<Record<string, string>>;
  /** Names under which some files hold a place once more; transformers ties them. */
  copies: Readonly<Record<string, string>>;
}

/** A family of encoders with one layout of tensor names. */
export interface Family {
  /** `model_type` in config.json. */
  modelType: string;
  classifierArchitecture: string;
  /** What tensor names of a model with a head begin with; the bare encoder leaves it out. */
  prefix: string;
  /** Where config.json states the sizes. */
  members: ConfigMembers;
  /** Place in the graph -> tensor name; `{layer}` stands for the layer's index. Weights are [O, C] as in PyTorch. */
  encoderTensors: Readonly<Record<string, string>>;
  /** Places of a pooler that belongs to the encoder: made new when one without it is fine-tuned. */
  poolerTensors: Readonly<Record<string, string>>;
  /** Places of the head; their names have no prefix. */
  headTensors: Readonly<Record<string, string>>;
  head: ClassifierHead;
  /** Absent in a family whose encoders are not trained by masking. */
  maskedLm?: MaskedLmHead;
  /** Rows of the position table before the first token's: RoBERTa counts from the padding id on. */
  countsFromPadding: boolean;
  /** Whether dropout stands between the attention's product and its residual. */
  dropsAttentionOutput: boolean;
  /** Names that are known and not needed: other heads, saved buffers. */
  ignoredTensors: RegExp;
  /** Names of a model of this type that is not supported, with what to say. */
  refusedTensors?: { pattern: RegExp; reason: string };
}

/** What tensors lead to: class logits, or scores of the vocabulary. */
export type HeadKind = 'classifier' | 'masked-lm';

/**
 * Tensor name of a place, with the prefix where the encoder's names have one.
 * @throws RangeError for a place that the family does not have.
 */
export function tensorNameOf(family: Family, place: string, isPrefixed: boolean): string {
  const [, layer] = /^layer\.(\d+)\./.exec(place) ?? [];
  const pattern = layer === undefined ? place : place.replace(layer, '{layer}');
  const bare = family.encoderTensors[pattern] ?? family.poolerTensors[pattern];
  const prefix = isPrefixed ? family.prefix : '';
  if (bare !== undefined) return prefix + bare.replace('{layer}', layer);
  const name = family.headTensors[place] ?? family.maskedLm?.tensors[place];
  if (name === undefined) throw new RangeError(`${family.modelType}: no tensor for ${place}`);
  return name;
}
