// Poolings: how the vectors of a row's tokens become one, in a graph and on arrays that a foreign model gave.
import {
  cast,
  div,
  type Feed,
  type GraphContext,
  mul,
  reduceSum,
  reshape,
  slice,
  type Tensor,
} from '@bert2dnn/autodiff';

/** `mean` of all tokens, special ones included, or the first token's vector (`cls`). */
export type Pooling = (typeof POOLINGS)[number];

/** Names of the poolings. */
export const POOLINGS = ['mean', 'cls'] as const;

/** Vectors of the first tokens [B, H] of `tokens` [B, S, H]. */
export function firstVectors(tokens: Tensor): Tensor {
  const width = tokens.shape[2] as number;
  return reshape(slice(tokens, { axis: 1, start: 0, end: 1 }), [-1, width]);
}

/**
 * Mean vectors [B, H] of `tokens` [B, S, H], padding left out by the graph's input `attention_mask`.
 * Source: `Pooling` of sentence-transformers, `pooling_mode_mean_tokens`.
 */
export function buildMean(graph: GraphContext, tokens: Tensor): Tensor {
  const mask = graph.inputs.find(({ name }) => name === 'attention_mask')!;
  const weights = reshape(cast(mask, 'float32'), [0, -1, 1]);
  return div(reduceSum(mul(tokens, weights), { axes: [1] }), reduceSum(weights, { axes: [1] }));
}

/** One vector a row [B, H] of token vectors `tokens` [B, S, H] under an int32 mask [B, S]. */
export function poolTokens(
  pooling: Pooling,
  { data, shape: [B, S, H] }: { data: Float32Array; shape: readonly number[] },
  mask: Feed,
): Float32Array {
  const pooled = new Float32Array(B * H);
  for (let row = 0; row < B; row++) {
    const numTokens = pooling === 'cls' ? 1 : countTokens(mask, row);
    for (let position = 0; position < numTokens; position++) {
      const from = (row * S + position) * H;
      for (let unit = 0; unit < H; unit++) pooled[row * H + unit] += data[from + unit];
    }
    for (let unit = 0; unit < H; unit++) pooled[row * H + unit] /= numTokens;
  }
  return pooled;
}

/** Tokens of a row: padding comes after them. */
function countTokens({ data, shape: [, S] }: Feed, row: number): number {
  let numTokens = 0;
  while (numTokens < S && data[row * S + numTokens] === 1) numTokens++;
  return numTokens;
}
