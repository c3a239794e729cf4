// Rules of shapes: printing, axes and broadcasting, for sizes known now or bound at run time.
import { AutodiffError } from '../errors.js';
import type { Dim } from './dimension.js';

/** A shape as people write it: `[B, 12, 64]`. */
export function formatShape(shape: readonly Dim[]): string {
  return `[${shape.join(', ')}]`;
}

/** Whether two shapes are equal; symbolic sizes are equal by their canonical name. */
export function sameShape(left: readonly Dim[], right: readonly Dim[]): boolean {
  return left.length === right.length && left.every((dim, axis) => dim === right[axis]);
}

/**
 * An axis counted from the front.
 * @throws AutodiffError ATTRIBUTE_INVALID when the axis does not exist.
 */
export function resolveAxis(axis: number, rank: number, place: string): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    throw new AutodiffError(
      'ATTRIBUTE_INVALID',
      `${place}: axis ${axis} does not exist, expected ${-rank}..${rank - 1}`,
    );
  }
  return resolved;
}

/** Sorted distinct axes from the front; all axes when none are named. */
export function resolveAxes(
  axes: readonly number[] | undefined,
  rank: number,
  place: string,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  return [...new Set(axes.map((axis) => resolveAxis(axis, rank, place)))].sort((a, b) => a - b);
}

/**
 * The shape that two shapes broadcast to (NumPy's rule; a symbolic size meets itself or 1).
 * @throws AutodiffError SHAPE_MISMATCH
 */
export function broadcastShapes(left: readonly Dim[], right: readonly Dim[], place: string): Dim[] {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = left[axis - rank + left.length] ?? 1;
    const b = right[axis - rank + right.length] ?? 1;
    if (a === b || b === 1) return a;
    if (a === 1) return b;
    throw new AutodiffError(
      'SHAPE_MISMATCH',
      `${place}: shapes ${formatShape(left)} and ${formatShape(right)} do not broadcast`,
    );
  });
}

/** The shape left after a reduction over `axes`. */
export function reducedShape<D extends Dim>(
  shape: readonly D[],
  axes: readonly number[],
  keepDims: boolean,
): D[] {
  if (keepDims) return shape.map((dim, axis) => (axes.includes(axis) ? (1 as D) : dim));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** The number of elements of a shape whose sizes are known. */
export function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
