// Embeddings and layers of an encoder, from token ids to hidden vectors: what all heads share. Holds no weights.
// Dropout stands where transformers has it and vanishes outside training.
import {
  add,
  cast,
  dropout,
  type Feed,
  Graph,
  gather,
  gelu,
  layerNorm,
  linear,
  matmul,
  mul,
  relu,
  reshape,
  slice,
  softmax,
  sub,
  type Tensor,
  tanh,
  transpose,
} from '@bert2dnn/autodiff';
import type { EncoderConfig } from './config.js';
import type { ClassifierHead } from './family.js';

/** A graph under construction with its learnt tensors. */
export interface EncoderScope {
  graph: Graph;
  config: EncoderConfig;
  /** Learnt tensors by place. */
  parameters: ReadonlyMap<string, Tensor>;
  /** The learnt tensor of a place. */
  at(place: string): Tensor;
}

/** Which vectors of the last layer are wanted: the first of each row, or those of some tokens. */
export type WantedTokens = { kind: 'first' } | { kind: 'positions'; positions: Tensor };

/** A new graph with a parameter for every shape. */
export function createScope(
  config: EncoderConfig,
  shapes: ReadonlyMap<string, readonly number[]>,
): EncoderScope {
  const graph = new Graph();
  const parameters = new Map<string, Tensor>();
  for (const [place, shape] of shapes) parameters.set(place, graph.parameter(place, shape));
  return { graph, config, parameters, at: (place) => parameters.get(place)! };
}

/**
 * Hidden vectors of the last layer: [B, H] of the first tokens, or [M, H] of `positions` [M] in the flattened B * S
 * tokens. What the others would only compute for themselves is left out.
 * Inputs, all int32 [B, S]: `input_ids`, `attention_mask` of 0 and 1, and `token_type_ids` where `readsTypes`.
 * Source: Devlin et al. 2019; the order of operations is that of transformers' modeling_bert.py.
 */
export function buildHidden(scope: EncoderScope, wanted: WantedTokens): Tensor {
  return reshape(buildLayers(scope, wanted), [-1, scope.config.hiddenSize]);
}

/** Hidden vectors of the last layer of every token [B, S, H]. Inputs as `buildHidden`. */
export function buildTokens(scope: EncoderScope): Tensor {
  return buildLayers(scope, undefined);
}

function buildLayers(scope: EncoderScope, wanted: WantedTokens | undefined): Tensor {
  const { config, graph } = scope;
  const mask = buildMask(graph);
  let hidden = buildEmbeddings(scope);
  for (let layer = 0; layer < config.numLayers; layer++) {
    const isLast = layer === config.numLayers - 1;
    hidden = buildLayer(scope, hidden, { layer, mask, wanted: isLast ? wanted : undefined });
  }
  return hidden;
}

/** Whether the graph of an encoder has an input of token types. */
export function readsTypes(config: EncoderConfig): boolean {
  return config.numTypes > 1;
}

/** The feeds without what the graph of an encoder does not declare: `padBatch` gives token types to all. */
export function pickInputs(
  config: EncoderConfig,
  feeds: Record<string, Feed>,
): Record<string, Feed> {
  if (readsTypes(config)) return feeds;
  const { token_type_ids: _, ...others } = feeds;
  return others;
}

/** `x W + b` with the weight and bias of a place. */
export function buildLinear({ at }: EncoderScope, input: Tensor, place: string): Tensor {
  // Behind the wanted tokens of the last layer there is one axis of rows: [B, 1, H] or [M, H].
  const fewRows = input.shape.slice(0, -1).filter((dim) => dim !== 1).length < 2;
  return linear(input, at(`${place}.weight`), at(`${place}.bias`), {
    transposeWeight: true,
    fewRows,
  });
}

/** Layer norm with the weight and bias of a place. */
export function buildNorm({ at, config }: EncoderScope, input: Tensor, place: string): Tensor {
  const epsilon = config.layerNormEpsilon;
  return layerNorm(input, at(`${place}.weight`), at(`${place}.bias`), { epsilon });
}

/** Applies an activation by name. */
export function activate(input: Tensor, activation: ClassifierHead['activation']): Tensor {
  if (activation === 'relu') return relu(input);
  if (activation === 'tanh') return tanh(input);
  return gelu(input, { approximate: activation === 'gelu_tanh' ? 'tanh' : 'none' });
}

/** Added to the attention scores of padding: after softmax it is exactly 0 in float32. */
const MASKED_SCORE = -1e9;

/** Additive mask [B, 1, 1, S]: 0 for a token, very low for padding. */
function buildMask(graph: Graph): Tensor {
  const mask = cast(graph.input('attention_mask', ['B', 'S'], 'int32'), 'float32');
  const scores = mul(sub(graph.constant(1), mask), graph.constant(MASKED_SCORE));
  return reshape(scores, [0, 1, 1, -1]);
}

/**
 * [B, S, H]. Every token of a row takes the next position. RoBERTa in transformers passes over padding ids, which is
 * the same unless a text contains the padding token itself.
 */
function buildEmbeddings(scope: EncoderScope): Tensor {
  const { graph, config, at } = scope;
  const tokens = gather(at('embeddings.token'), graph.input('input_ids', ['B', 'S'], 'int32'));
  let sum = addTypes(scope, tokens);
  const start = config.positionOffset;
  const end = start === 0 ? 'S' : `S+${start}`;
  sum = add(sum, slice(at('embeddings.position'), { axis: 0, start, end }));
  if (config.numTaskTypes > 0) sum = add(sum, firstRow(at('embeddings.task')));
  const normed = buildNorm(scope, sum, 'embeddings.norm');
  const kept = dropout(normed, { rate: config.hiddenDropout, name: 'embeddings' });
  if (config.embeddingSize === config.hiddenSize) return kept;
  return buildLinear(scope, kept, 'embeddings.project');
}

function addTypes({ graph, config, at }: EncoderScope, tokens: Tensor): Tensor {
  if (config.numTypes === 0) return tokens;
  if (!readsTypes(config)) return add(tokens, at('embeddings.type'));
  const types = graph.input('token_type_ids', ['B', 'S'], 'int32');
  return add(tokens, gather(at('embeddings.type'), types));
}

function firstRow(table: Tensor): Tensor {
  return slice(table, { axis: 0, start: 0, end: 1 });
}

interface LayerOptions {
  layer: number;
  mask: Tensor;
  /** Tokens whose vectors are wanted; all without it. */
  wanted: WantedTokens | undefined;
}

/** [B, S, H] -> [B, S, H], or [B, 1, H] or [M, H] of the wanted tokens. */
function buildLayer(scope: EncoderScope, input: Tensor, options: LayerOptions): Tensor {
  const { layer, wanted } = options;
  const place = `layer.${layer}`;
  // Keys and values need every token; queries and all that follows only those that are wanted.
  const queried = wanted?.kind === 'first' ? slice(input, { axis: 1, start: 0, end: 1 }) : input;
  const context = buildAttention(scope, { input, queried, ...options });
  const keep = (x: Tensor): Tensor =>
    wanted?.kind === 'positions' ? gather(flattenTokens(scope, x), wanted.positions) : x;
  const attended = closeBlock(scope, keep(context), keep(queried), {
    place: `${place}.attention`,
    rate: scope.config.dropsAttentionOutput ? scope.config.hiddenDropout : 0,
  });
  const widened = buildLinear(scope, attended, `${place}.intermediate`);
  return closeBlock(scope, activate(widened, scope.config.activation), attended, {
    place: `${place}.output`,
    rate: scope.config.hiddenDropout,
  });
}

/** [B, S, H] -> [B * S, H] */
function flattenTokens({ config }: EncoderScope, x: Tensor): Tensor {
  return reshape(x, [-1, config.hiddenSize]);
}

/** Linear, dropout, residual, layer norm: the end of both halves of a layer. */
function closeBlock(
  scope: EncoderScope,
  inner: Tensor,
  residual: Tensor,
  { place, rate }: { place: string; rate: number },
): Tensor {
  const projected = dropout(buildLinear(scope, inner, place), { rate, name: place });
  return buildNorm(scope, add(projected, residual), `${place}.norm`);
}

/** Multi-head attention of `queried` [B, Q, H] over `input` [B, S, H] -> [B, Q, H]. */
function buildAttention(
  scope: EncoderScope,
  { input, queried, layer, mask }: LayerOptions & { input: Tensor; queried: Tensor },
): Tensor {
  const { config } = scope;
  const headSize = config.hiddenSize / config.numHeads;
  const project = (from: Tensor, part: string): Tensor => {
    const projected = buildLinear(scope, from, `layer.${layer}.${part}`);
    return transpose(reshape(projected, [0, 0, config.numHeads, headSize]), [0, 2, 1, 3]);
  };
  const [query, key, value] = [
    project(queried, 'query'),
    project(input, 'key'),
    project(input, 'value'),
  ];
  const scores = matmul(query, key, { transposeB: true, scale: 1 / Math.sqrt(headSize) });
  const probabilities = dropout(softmax(add(scores, mask), -1), {
    rate: config.attentionDropout,
    name: `layer.${layer}.probabilities`,
  });
  const context = transpose(matmul(probabilities, value), [0, 2, 1, 3]);
  return reshape(context, [0, 0, config.hiddenSize]);
}
