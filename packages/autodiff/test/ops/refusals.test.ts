// What operations refuse while a graph is built: code, and a message with place, got and expected.
import { describe, expect, it } from 'vitest';
import { AutodiffError, type AutodiffErrorCode } from '../../src/errors.js';
import { gradients } from '../../src/gradients.js';
import { Graph } from '../../src/graph/graph.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { add, div } from '../../src/ops/arithmetic.js';
import { dropout } from '../../src/ops/dropout.js';
import { exp } from '../../src/ops/elementwise.js';
import { gather } from '../../src/ops/gather.js';
import { layerNorm } from '../../src/ops/layer-norm.js';
import { sigmoidCrossEntropy } from '../../src/ops/losses.js';
import { linear, matmul } from '../../src/ops/matmul.js';
import { reduceMean } from '../../src/ops/reduce.js';
import { reshape, transpose } from '../../src/ops/reshape.js';
import { where } from '../../src/ops/select.js';
import { concat, slice } from '../../src/ops/slice.js';
import { softmax } from '../../src/ops/softmax.js';
import { reduceSum } from '../../src/ops/sum.js';

interface Inputs {
  graph: Graph;
  x: Tensor;
  y: Tensor;
  ids: Tensor;
  vector: Tensor;
}

function makeInputs(): Inputs {
  const graph = new Graph();
  return {
    graph,
    x: graph.input('x', ['B', 4]),
    y: graph.input('y', ['S', 5]),
    ids: graph.input('ids', ['B'], 'int32'),
    vector: graph.parameter('vector', [3]),
  };
}

const refusals: [string, AutodiffErrorCode, RegExp, (inputs: Inputs) => unknown][] = [
  ['a broadcast', 'SHAPE_MISMATCH', /add of 'x' and 'y'.*\[B, 4\].*\[S, 5\]/, (t) => add(t.x, t.y)],
  ['integers', 'DTYPE_MISMATCH', /div: 'ids' is int32, expected float32/, (t) => div(t.ids, t.x)],
  ['a bool', 'DTYPE_MISMATCH', /where: 'x' is float32, expected bool/, (t) => where(t.x, 1, 0)],
  ['a product', 'SHAPE_MISMATCH', /inner sizes 4 and S/, (t) => matmul(t.x, t.y)],
  ['a vector product', 'SHAPE_MISMATCH', /two axes or more/, (t) => matmul(t.x, t.vector)],
  [
    'a bias',
    'SHAPE_MISMATCH',
    /bias 'vector' is \[3\], expected \[5\]/,
    (t) => linear(t.x, t.graph.parameter('w', [4, 5]), t.vector),
  ],
  [
    'a table',
    'SHAPE_MISMATCH',
    /table 'vector' is \[3\], expected \[V, D\]/,
    (t) => gather(t.vector, t.ids),
  ],
  [
    'float ids',
    'DTYPE_MISMATCH',
    /'y' is float32, expected int32 or int64/,
    (t) => gather(t.x, t.y),
  ],
  [
    'gamma',
    'SHAPE_MISMATCH',
    /'vector' is \[3\], expected \[4\]/,
    (t) => layerNorm(t.x, t.vector, t.vector),
  ],
  [
    'an axis',
    'ATTRIBUTE_INVALID',
    /softmax: axis 2 does not exist, expected -2..1/,
    (t) => softmax(t.x, 2),
  ],
  ['an axis of a mean', 'ATTRIBUTE_INVALID', /axis -3/, (t) => reduceMean(t.x, { axes: [-3] })],
  ['a reshape', 'SHAPE_MISMATCH', /got \[B, 3\] for \[B, 4\]/, (t) => reshape(t.x, ['B', 3])],
  ['two -1', 'SHAPE_MISMATCH', /at most one -1/, (t) => reshape(t.x, [-1, -1])],
  ['an uneven -1', 'SHAPE_MISMATCH', /sizes that divide/, (t) => reshape(t.x, [-1, 3])],
  ['a permutation', 'ATTRIBUTE_INVALID', /got \[0,0\]/, (t) => transpose(t.x, [0, 0])],
  [
    'a slice',
    'ATTRIBUTE_INVALID',
    /2\.\.5 of axis 1, expected within 0\.\.4/,
    (t) => slice(t.x, { axis: 1, start: 2, end: 5 }),
  ],
  ['a concat', 'SHAPE_MISMATCH', /concat: 'y' is \[S, 5\]/, (t) => concat([t.x, t.y], 0)],
  ['no tensors', 'ATTRIBUTE_INVALID', /got no tensors/, () => concat([], 0)],
  [
    'a rate',
    'ATTRIBUTE_INVALID',
    /rate 1, expected \[0, 1\)/,
    (t) => dropout(t.x, { rate: 1, name: 'd' }),
  ],
  [
    'labels',
    'SHAPE_MISMATCH',
    /'y' is \[S, 5\], expected \[B, 4\]/,
    (t) => sigmoidCrossEntropy(t.x, t.y),
  ],
  ['a name', 'NAME_TAKEN', /'x' is used twice/, (t) => t.graph.parameter('x', [1])],
  ['an empty name', 'NAME_INVALID', /the name is empty/, (t) => t.graph.input('', [1])],
  ['a size', 'SHAPE_MISMATCH', /size -2 in \[-2\]/, (t) => t.graph.parameter('w', [-2])],
  ['constants', 'SHAPE_MISMATCH', /2 values, expected 3/, (t) => t.graph.constant([1, 2], [3])],
  ['another graph', 'GRAPH_MISMATCH', /different graphs/, (t) => add(t.x, makeInputs().x)],
  ['a loss', 'NOT_SCALAR', /expected a scalar/, (t) => gradients(exp(t.x), [t.x])],
  [
    'an unused tensor',
    'NO_GRADIENT',
    /does not depend on 'y'/,
    (t) => gradients(reduceSum(t.x), [t.y]),
  ],
  [
    'two dropouts of one name',
    'NAME_TAKEN',
    /'d' is used twice/,
    (t) => [dropout(t.x, { rate: 0.1, name: 'd' }), dropout(t.y, { rate: 0.1, name: 'd' })],
  ],
];

describe('building a graph refuses', () => {
  it.each(refusals)('%s', (_, code, message, build) => {
    const attempt = () => build(makeInputs());
    expect(attempt).toThrowError(AutodiffError);
    expect(attempt).toThrowError(expect.objectContaining({ code }));
    expect(attempt).toThrowError(message);
  });
});
