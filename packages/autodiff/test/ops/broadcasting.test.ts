// Broadcasting arithmetic and its gradients against a twin that indexes naively.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/gradients.js';
import { Graph } from '../../src/graph/graph.js';
import { sizeOfShape } from '../../src/graph/shape.js';
import { add, mul, sub } from '../../src/ops/arithmetic.js';
import { reduceSum } from '../../src/ops/sum.js';
import { evaluateReference } from '../../src/reference/evaluate.js';
import { largestOnnxError, seededStream } from '../graph-case.js';

/** Two shapes that broadcast: each axis of a common shape stays, becomes 1, or leads and is dropped. */
const shapePair = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }).chain((full) => {
  const operand = fc
    .tuple(
      fc.integer({ min: 0, max: full.length }),
      fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }),
    )
    .map(([numDropped, isOne]) =>
      full.map((dim, axis) => (isOne[axis] ? 1 : dim)).slice(numDropped),
    );
  return fc.tuple(operand, operand);
});

/** The element of an operand that belongs to one coordinate of the result. */
function naiveIndex(shape: readonly number[], coordinate: readonly number[]): number {
  return shape.reduce((index, dim, axis) => {
    const position = coordinate[axis + coordinate.length - shape.length];
    return index * dim + (dim === 1 ? 0 : position);
  }, 0);
}

function* coordinatesOf(shape: readonly number[]): Generator<number[]> {
  if (shape.length === 0) {
    yield [];
    return;
  }
  for (let index = 0; index < shape[0]; index++) {
    for (const rest of coordinatesOf(shape.slice(1))) yield [index, ...rest];
  }
}

function broadcastShape(left: readonly number[], right: readonly number[]): number[] {
  const rank = Math.max(left.length, right.length);
  const at = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => Math.max(at(left, axis), at(right, axis)));
}

function makeOperands(shapes: readonly number[][]) {
  const random = seededStream(5);
  return shapes.map((shape) => ({
    shape,
    data: Float32Array.from({ length: sizeOfShape(shape) }, () => random() * 4 - 2),
  }));
}

describe('broadcasting', () => {
  it('gives values and gradients of a naive twin for any pair of shapes', () => {
    fc.assert(
      fc.property(shapePair, ([leftShape, rightShape]) => {
        const [a, b] = makeOperands([leftShape, rightShape]);
        const graph = new Graph();
        const x = graph.input('x', leftShape);
        const y = graph.input('y', rightShape);
        const product = mul(sub(x, 0.5), y);
        const [value, dX, dY] = evaluateReference(
          [product, ...gradients(reduceSum(product), [x, y])],
          { x: a, y: b },
        );
        const shape = broadcastShape(leftShape, rightShape);
        expect(value.shape).toEqual(shape);
        const expectedX = new Float64Array(a.data.length);
        const expectedY = new Float64Array(b.data.length);
        let position = 0;
        for (const coordinate of coordinatesOf(shape)) {
          const i = naiveIndex(leftShape, coordinate);
          const j = naiveIndex(rightShape, coordinate);
          expect(value.data[position++]).toBeCloseTo((a.data[i] - 0.5) * b.data[j], 12);
          expectedX[i] += b.data[j];
          expectedY[j] += a.data[i] - 0.5;
        }
        expect(dX.shape).toEqual(leftShape);
        expect(dY.shape).toEqual(rightShape);
        dX.data.forEach((value, index) => {
          expect(value).toBeCloseTo(expectedX[index], 10);
        });
        dY.data.forEach((value, index) => {
          expect(value).toBeCloseTo(expectedY[index], 10);
        });
      }),
    );
  });

  it('is the same in ONNX Runtime', async () => {
    await fc.assert(
      fc.asyncProperty(shapePair, async ([leftShape, rightShape]) => {
        const [a, b] = makeOperands([leftShape, rightShape]);
        const graph = new Graph();
        const x = graph.input('x', leftShape);
        const y = graph.input('y', rightShape);
        const out = add(mul(x, y), x);
        const [dX, dY] = gradients(reduceSum(mul(out, out)), [x, y]);
        expect(await largestOnnxError({ out, dX, dY }, { x: a, y: b })).toBeLessThan(5e-6);
      }),
      { numRuns: 30 },
    );
  });
});
