// The graph of a BERT-shaped encoder with a classification head, from token ids to logits.
// Dropout stands where Hugging Face's BERT has it and vanishes outside training. Holds no weights.
import {
  add,
  cast,
  dropout,
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
import { parameterShapes } from './parameters.js';

/** An encoder under construction or done. */
export interface EncoderGraph {
  graph: Graph;
  /** Learnt tensors by place. */
  parameters: ReadonlyMap<string, Tensor>;
  /** Vector of the first token after the last layer [B, H]. */
  firstToken: Tensor;
  /** Pooler output [B, H]. */
  pooled: Tensor;
  /** [B, C] */
  logits: Tensor;
}

/** Added to the attention scores of padding: after softmax it is exactly 0 in float32. */
const MASKED_SCORE = -1e9;

/**
 * Builds the graph. Inputs, all int32: `input_ids` [B, S], `attention_mask` [B, S] of 0 and 1,
 * `token_type_ids` [B, S].
 * Source: Devlin et al. 2019; the order of operations is that of transformers' modeling_bert.py.
 */
export function buildEncoder(config: EncoderConfig, numOutputs: number): EncoderGraph {
  const graph = new Graph();
  const parameters = new Map<string, Tensor>();
  for (const [place, shape] of parameterShapes(config, numOutputs)) {
    parameters.set(place, graph.parameter(place, shape));
  }
  const scope: Scope = { graph, config, at: (place) => parameters.get(place)! };
  const mask = buildMask(graph);
  let hidden = buildEmbeddings(scope);
  for (let layer = 0; layer < config.numLayers; layer++) {
    hidden = buildLayer(scope, hidden, { layer, mask, isLast: layer === config.numLayers - 1 });
  }
  const firstToken = reshape(hidden, [0, config.hiddenSize]);
  const pooled = tanh(buildLinear(scope, firstToken, 'pooler'));
  const kept = dropout(pooled, { rate: config.classifierDropout, name: 'classifier' });
  const logits = buildLinear(scope, kept, 'classifier');
  return { graph, parameters, firstToken, pooled, logits };
}

interface Scope {
  graph: Graph;
  config: EncoderConfig;
  /** The learnt tensor of a place. */
  at(place: string): Tensor;
}

/** Additive mask [B, 1, 1, S]: 0 for a token, very low for padding. */
function buildMask(graph: Graph): Tensor {
  const mask = cast(graph.input('attention_mask', ['B', 'S'], 'int32'), 'float32');
  const scores = mul(sub(graph.constant(1), mask), graph.constant(MASKED_SCORE));
  return reshape(scores, [0, 1, 1, -1]);
}

/** [B, S, H] */
function buildEmbeddings({ graph, config, at }: Scope): Tensor {
  const tokens = gather(at('embeddings.token'), graph.input('input_ids', ['B', 'S'], 'int32'));
  const types = graph.input('token_type_ids', ['B', 'S'], 'int32');
  const typeVectors = gather(at('embeddings.type'), types);
  const positions = slice(at('embeddings.position'), { axis: 0, start: 0, end: 'S' });
  const sum = add(add(tokens, typeVectors), positions);
  const normed = layerNorm(sum, at('embeddings.norm.weight'), at('embeddings.norm.bias'), {
    epsilon: config.layerNormEpsilon,
  });
  return dropout(normed, { rate: config.hiddenDropout, name: 'embeddings' });
}

interface LayerOptions {
  layer: number;
  mask: Tensor;
  /** Only the first token of the last layer is used: [B, 1, H] comes out instead of [B, S, H]. */
  isLast: boolean;
}

function buildLayer(scope: Scope, input: Tensor, options: LayerOptions): Tensor {
  const { layer, isLast } = options;
  const place = `layer.${layer}`;
  // Keys and values need every token, the rest of the last layer only the one that the head reads.
  const queried = isLast ? slice(input, { axis: 1, start: 0, end: 1 }) : input;
  const context = buildAttention(scope, { input, queried, ...options });
  const attended = closeBlock(scope, context, queried, `${place}.attention`);
  const widened = buildLinear(scope, attended, `${place}.intermediate`);
  return closeBlock(scope, activate(scope, widened), attended, `${place}.output`);
}

/** Linear, dropout, residual, layer norm: the end of both halves of a layer. */
function closeBlock(scope: Scope, inner: Tensor, residual: Tensor, place: string): Tensor {
  const { config, at } = scope;
  const projected = dropout(buildLinear(scope, inner, place), {
    rate: config.hiddenDropout,
    name: place,
  });
  return layerNorm(add(projected, residual), at(`${place}.norm.weight`), at(`${place}.norm.bias`), {
    epsilon: config.layerNormEpsilon,
  });
}

/** Multi-head attention of `queried` [B, Q, H] over `input` [B, S, H] -> [B, Q, H]. */
function buildAttention(
  scope: Scope,
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

function activate({ config }: Scope, input: Tensor): Tensor {
  if (config.activation === 'relu') return relu(input);
  return gelu(input, { approximate: config.activation === 'gelu_tanh' ? 'tanh' : 'none' });
}

function buildLinear({ at }: Scope, input: Tensor, place: string): Tensor {
  return linear(input, at(`${place}.weight`), at(`${place}.bias`), { transposeWeight: true });
}
