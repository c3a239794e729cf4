// The graph of an encoder with a classification head, from token ids to logits. Holds no weights.
import { dropout, type Graph, type Tensor } from '@bert2dnn/autodiff';
import type { EncoderConfig } from './config.js';
import { buildMean, firstVectors, type Pooling } from './embedding.js';
import { activate, buildHidden, buildLinear, buildTokens, createScope } from './encoder-body.js';
import { parameterShapes } from './parameters.js';

/** An encoder under construction or done. */
export interface EncoderGraph {
  graph: Graph;
  /** Learnt tensors by place. */
  parameters: ReadonlyMap<string, Tensor>;
  /** Vector of the first token after the last layer [B, H]. */
  firstToken: Tensor;
  /** Output of the dense layer before the classifier, BERT's pooler [B, H]. */
  pooled: Tensor;
  /** [B, C] */
  logits: Tensor;
  /** One vector a row [B, H], where a pooling was asked for. */
  embedding: Tensor | undefined;
}

/** Options of `buildEncoder`. */
export interface BuildEncoderOptions {
  /** How the vectors of a row's tokens become one; without it there is no embedding. */
  pooling?: Pooling;
}

/**
 * Builds the graph. Inputs, all int32: `input_ids` [B, S], `attention_mask` [B, S] of 0 and 1, and
 * `token_type_ids` [B, S] where `readsTypes(config)`.
 * Source: the classification heads of transformers' modeling files.
 */
export function buildEncoder(
  config: EncoderConfig,
  numOutputs: number,
  { pooling }: BuildEncoderOptions = {},
): EncoderGraph {
  const scope = createScope(config, parameterShapes(config, numOutputs));
  const { graph, parameters } = scope;
  const { activation, dropsInput } = config.head;
  const drop = (input: Tensor, name: string): Tensor =>
    dropout(input, { rate: config.classifierDropout, name });
  const tokens = pooling === 'mean' ? buildTokens(scope) : undefined;
  const firstToken =
    tokens === undefined ? buildHidden(scope, { kind: 'first' }) : firstVectors(tokens);
  const input = dropsInput ? drop(firstToken, 'pooler') : firstToken;
  const pooled = activate(buildLinear(scope, input, 'pooler'), activation);
  const logits = buildLinear(scope, drop(pooled, 'classifier'), 'classifier');
  const mean = tokens && buildMean(graph, tokens);
  const embedding = pooling === 'cls' ? firstToken : mean;
  return { graph, parameters, firstToken, pooled, logits, embedding };
}
