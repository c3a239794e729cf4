// The head `towers` as an autodiff graph: each field's vectors through its own layers, then a scaled dot product.
// The twin that serves is `model/towers.ts` of the student package.
import { add, concat, linear, mul, reduceSum, type Tensor } from '@bert2dnn/autodiff';
import { layerStacks, SCORE_BIAS, towerBlocks, towerWidth } from '@bert2dnn/student';
import type { HeadParts } from './head-parts.js';

/** Logits [B, 1] from the blocks' vectors [B, D], in the definition's order. */
export function buildTowers(
  { graph, definition, parameters, hidden, fewRows }: HeadParts,
  vectors: readonly Tensor[],
): Tensor {
  const [first, ...others] = layerStacks(definition).map(({ prefix, sizes }, fieldIndex) => {
    const blocks = towerBlocks(definition, fieldIndex);
    const parts = blocks.map((block) => vectors[definition.blocks.indexOf(block)]);
    let x = parts.length === 1 ? parts[0] : concat(parts, 1);
    sizes.forEach(([inputs, outputs], layer) => {
      const weight = graph.parameter(`${prefix}.${layer}.weight`, [inputs, outputs]);
      const bias = graph.parameter(`${prefix}.${layer}.bias`, [outputs]);
      parameters.push(weight, bias);
      x = linear(x, weight, bias, { fewRows });
      if (layer + 1 < sizes.length) x = hidden(x, `${prefix}.${layer}`);
    });
    return x;
  });
  const bias = graph.parameter(SCORE_BIAS, [1]);
  parameters.push(bias);
  const dot = reduceSum(
    mul(
      first,
      others.reduce((sum, vector) => add(sum, vector)),
    ),
    {
      axes: [1],
      keepDims: true,
    },
  );
  return add(mul(dot, graph.constant(1 / Math.sqrt(towerWidth(definition)))), bias);
}
