// A Transformer encoder layer for the tests: the hardest customer of the package.
// Source: Vaswani et al., Attention Is All You Need, 2017; post-norm as in BERT.
import type { Dim } from '../src/graph/dimension.js';
import type { Graph } from '../src/graph/graph.js';
import type { Tensor } from '../src/graph/tensor.js';
import { add } from '../src/ops/arithmetic.js';
import { dropout } from '../src/ops/dropout.js';
import { gelu } from '../src/ops/gelu.js';
import { layerNorm } from '../src/ops/layer-norm.js';
import { linear, matmul } from '../src/ops/matmul.js';
import { reshape, transpose } from '../src/ops/reshape.js';
import { cast, where } from '../src/ops/select.js';
import { softmax } from '../src/ops/softmax.js';

export interface LayerSizes {
  B: Dim;
  S: Dim;
  hidden: number;
  heads: number;
  inner: number;
}

/** hidden states [B, S, H] and attention mask [B, S] (int32) -> [B, S, H], with its parameters. */
export function encoderLayer(
  graph: Graph,
  x: Tensor,
  attentionMask: Tensor,
  sizes: LayerSizes,
): { output: Tensor; parameters: Tensor[] } {
  const { B, S, hidden: H, heads, inner } = sizes;
  const parameters: Tensor[] = [];
  const parameter = (name: string, shape: number[]) => {
    parameters.push(graph.parameter(name, shape));
    return parameters[parameters.length - 1];
  };
  const dense = (input: Tensor, name: string, O: number) =>
    linear(
      input,
      parameter(`${name}.weight`, [O, input.shape[input.shape.length - 1] as number]),
      parameter(`${name}.bias`, [O]),
      { transposeWeight: true },
    );
  const norm = (input: Tensor, name: string) =>
    layerNorm(input, parameter(`${name}.gamma`, [H]), parameter(`${name}.beta`, [H]));
  const split = (input: Tensor) =>
    transpose(reshape(input, [B, S, heads, H / heads]), [0, 2, 1, 3]);
  const drop = (input: Tensor, name: string) => dropout(input, { rate: 0.1, name });

  const [query, key, value] = ['query', 'key', 'value'].map((name) => split(dense(x, name, H)));
  const scores = matmul(query, key, { transposeB: true, scale: 1 / Math.sqrt(H / heads) });
  const visible = cast(reshape(attentionMask, [B, 1, 1, S]), 'bool');
  const weights = drop(softmax(where(visible, scores, -1e4)), 'attention');
  const context = reshape(transpose(matmul(weights, value), [0, 2, 1, 3]), [0, 0, H]);
  const attended = norm(add(drop(dense(context, 'attended', H), 'attended'), x), 'norm1');
  const expanded = gelu(dense(attended, 'expand', inner));
  const output = norm(add(drop(dense(expanded, 'contract', H), 'contract'), attended), 'norm2');
  return { output, parameters };
}
