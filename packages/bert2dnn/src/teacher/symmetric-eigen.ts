// The largest eigenvalues of a large sparse symmetric matrix, by subspace iteration. Knows no text.
import type { Random } from '../foundation/random.js';

/** A square matrix by rows (CSR), as it stands: a symmetric one holds both triangles. */
export interface SparseMatrix {
  size: number;
  /** [size + 1] */
  starts: Int32Array;
  /** [entries] */
  columns: Int32Array;
  /** [entries] */
  values: Float64Array;
}

/** Directions beyond those wanted, and rounds: more of either comes nearer to the exact vectors. */
const EXTRA_DIRECTIONS = 16;
const ROUNDS = 8;
const JACOBI_SWEEPS = 8;

/**
 * The `count` largest eigenvalues, descending, and their vectors [size, count] (zeros beyond the size).
 * Source: Halko, Martinsson and Tropp, Finding Structure with Randomness, SIAM Review 2011, algorithms 4.4 and 5.3.
 */
export function leadingEigenpairs(
  matrix: SparseMatrix,
  count: number,
  random: Random,
): { values: Float64Array; vectors: Float64Array } {
  const { size } = matrix;
  // The iteration finds the eigenvalues of the largest size; a table of pairs has about as many negative ones.
  const K = Math.min(size, 2 * count + EXTRA_DIRECTIONS);
  let basis = Float64Array.from({ length: size * K }, () => random.nextNormal());
  orthonormalize(basis, size, K);
  for (let round = 0; round < ROUNDS; round++) {
    basis = multiply(matrix, basis, K);
    orthonormalize(basis, size, K);
  }
  const image = multiply(matrix, basis, K);
  const small = new Float64Array(K * K);
  for (let row = 0; row < size; row++) {
    for (let i = 0; i < K; i++) {
      const left = basis[row * K + i];
      for (let j = 0; j < K; j++) small[i * K + j] += left * image[row * K + j];
    }
  }
  const { values, vectors: turns } = jacobiEigen(small, K);
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
  const result = { values: new Float64Array(count), vectors: new Float64Array(size * count) };
  for (let k = 0; k < Math.min(count, K); k++) {
    result.values[k] = values[order[k]];
    for (let row = 0; row < size; row++) {
      let sum = 0;
      for (let i = 0; i < K; i++) sum += basis[row * K + i] * turns[i * K + order[k]];
      result.vectors[row * count + k] = sum;
    }
  }
  return result;
}

/** `matrix block`, block [size, K]. */
function multiply(
  { size, starts, columns, values }: SparseMatrix,
  block: Float64Array,
  K: number,
): Float64Array<ArrayBuffer> {
  const product = new Float64Array(size * K);
  for (let row = 0; row < size; row++) {
    const target = row * K;
    for (let at = starts[row]; at < starts[row + 1]; at++) {
      const value = values[at];
      const source = columns[at] * K;
      for (let k = 0; k < K; k++) product[target + k] += value * block[source + k];
    }
  }
  return product;
}

/** Makes the columns of block [size, K] orthonormal in place: Cholesky of its Gram matrix, twice for accuracy. */
function orthonormalize(block: Float64Array, size: number, K: number): void {
  for (let pass = 0; pass < 2; pass++) {
    const gram = new Float64Array(K * K);
    for (let row = 0; row < size; row++) {
      for (let i = 0; i < K; i++) {
        const left = block[row * K + i];
        for (let j = 0; j <= i; j++) gram[i * K + j] += left * block[row * K + j];
      }
    }
    const factor = cholesky(gram, K);
    for (let row = 0; row < size; row++) {
      for (let i = 0; i < K; i++) {
        let value = block[row * K + i];
        for (let j = 0; j < i; j++) value -= factor[i * K + j] * block[row * K + j];
        block[row * K + i] = value / factor[i * K + i];
      }
    }
  }
}

/** Lower triangle L with L L' = gram; a direction that has vanished gets a tiny pivot. */
function cholesky(gram: Float64Array, K: number): Float64Array {
  const factor = new Float64Array(K * K);
  for (let i = 0; i < K; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = gram[i * K + j];
      for (let k = 0; k < j; k++) sum -= factor[i * K + k] * factor[j * K + k];
      factor[i * K + j] = i === j ? Math.sqrt(Math.max(sum, 1e-24)) : sum / factor[j * K + j];
    }
  }
  return factor;
}

/** All eigenpairs of a small dense symmetric matrix [K, K]; vectors are columns. Source: Jacobi's rotations. */
export function jacobiEigen(
  matrix: Float64Array,
  K: number,
): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(K * K);
  for (let i = 0; i < K; i++) vectors[i * K + i] = 1;
  for (let sweep = 0; sweep < JACOBI_SWEEPS; sweep++) {
    for (let p = 0; p < K; p++) {
      for (let q = p + 1; q < K; q++) rotate(a, vectors, { K, p, q });
    }
  }
  return { values: Float64Array.from({ length: K }, (_, i) => a[i * K + i]), vectors };
}

function rotate(
  a: Float64Array,
  vectors: Float64Array,
  place: { K: number; p: number; q: number },
): void {
  const { K, p, q } = place;
  const off = a[p * K + q];
  if (Math.abs(off) < 1e-15) return;
  const theta = (a[q * K + q] - a[p * K + p]) / (2 * off);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < K; k++) {
    const [kp, kq] = [a[k * K + p], a[k * K + q]];
    a[k * K + p] = c * kp - s * kq;
    a[k * K + q] = s * kp + c * kq;
  }
  for (let k = 0; k < K; k++) {
    const [pk, qk] = [a[p * K + k], a[q * K + k]];
    a[p * K + k] = c * pk - s * qk;
    a[q * K + k] = s * pk + c * qk;
    const [vp, vq] = [vectors[k * K + p], vectors[k * K + q]];
    vectors[k * K + p] = c * vp - s * vq;
    vectors[k * K + q] = s * vp + c * vq;
  }
}
