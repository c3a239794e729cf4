// What PyTorch computed with a tiny model (golden/make_tiny_families.py), and how results are compared with it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Feed, Gradient } from '@bert2dnn/autodiff';
import { expect } from 'vitest';

/** One batch and its results; inputs by name, all [B, S]. Gradients by tensor name. */
export interface GoldenBatch {
  inputs: Record<string, number[][]>;
  loss: number;
  logits: number[][];
  gradients: Record<string, number[]>;
}

/** The content of a family's golden.json. */
export interface GoldenModel {
  classifier?: GoldenBatch & {
    targets: number[][];
    adamw: { learningRate: number; losses: number[] };
  };
  maskedLm?: GoldenBatch & { positions: number[]; labels: number[] };
}

/** Folder of a tiny model. */
export function goldenFolder(name: string): string {
  return fileURLToPath(new URL(`../golden/families/${name}`, import.meta.url));
}

export function readGolden(name: string): GoldenModel {
  return JSON.parse(readFileSync(`${goldenFolder(name)}/golden.json`, 'utf8')) as GoldenModel;
}

/** Rows of int32 or float32 numbers as a feed [B, S]. */
export function feedOf(rows: number[][], kind: 'int32' | 'float32' = 'int32'): Feed {
  const data = kind === 'int32' ? Int32Array.from(rows.flat()) : Float32Array.from(rows.flat());
  return { data, shape: [rows.length, rows[0].length] };
}

/** A gradient as one array, rows of a table put to their places. */
export function toDense(gradient: Gradient, length: number): Float32Array {
  if (gradient.kind === 'dense') return gradient.data;
  const dense = new Float32Array(length);
  const width = gradient.rows.length / gradient.ids.length;
  gradient.ids.forEach((id, index) => {
    for (let at = 0; at < width; at++) dense[id * width + at] += gradient.rows[index * width + at];
  });
  return dense;
}

/** Compares every number; `name` says in a failure what they are. */
export function expectNear(
  got: ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
  name = '',
): void {
  expect(got.length, name).toBe(expected.length);
  const worst = expected.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - got[index])),
    0,
  );
  expect(worst, name).toBeLessThanOrEqual(tolerance);
}
