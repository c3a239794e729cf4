// Token embeddings for a small encoder, from which tokens of text A go with which of text B in rows that belong
// together: tokens that are used alike start near each other, before any training.
import { createRandom } from '../foundation/random.js';
import type { EncodedTexts } from './encoded-texts.js';
import { leadingEigenpairs, type SparseMatrix } from './symmetric-eigen.js';

/** Options of `spectralEmbeddings`. */
export interface SpectralOptions {
  vocabularySize: number;
  /** Width of the embeddings. */
  hiddenSize: number;
  seed: number;
}

/** Context counts are raised to this, so that rare tokens do not look too special. Source: Levy et al. 2015. */
const SMOOTHING = 0.75;
/** Only associations above log of this count. */
const SHIFT = 2;

/** Tokens of the two texts of a row, each once, and how far the texts belong together, 0..1. */
export interface TokenPair {
  first: readonly number[];
  second: readonly number[];
  weight: number;
}

/**
 * Embeddings [V, H] by the leading eigenvectors of the shifted positive mutual information between the two texts'
 * tokens, rotated at random and scaled to a deviation of 1 a value. Rows of tokens without a partner are zeros.
 * Source: Levy and Goldberg, Neural Word Embedding as Implicit Matrix Factorization, NIPS 2014.
 */
export function spectralEmbeddings(
  pairs: Iterable<TokenPair>,
  options: SpectralOptions,
): Float32Array {
  const { vocabularySize: V, hiddenSize: H, seed } = options;
  const information = mutualInformation(pairs, V);
  const { values, vectors } = leadingEigenpairs(information, H, createRandom(seed, 'spectral'));
  const rotation = randomRotation(H, seed);
  const embeddings = new Float32Array(V * H);
  const row = new Float64Array(H);
  for (let token = 0; token < V; token++) {
    row.fill(0);
    for (let k = 0; k < H; k++) {
      const share = vectors[token * H + k] * Math.sqrt(Math.max(0, values[k]));
      if (share === 0) continue;
      for (let j = 0; j < H; j++) row[j] += share * rotation[k * H + j];
    }
    const norm = Math.hypot(...row);
    const scale = norm > 1e-6 ? Math.sqrt(H) / norm : 0;
    for (let j = 0; j < H; j++) embeddings[token * H + j] = row[j] * scale;
  }
  return embeddings;
}

/** Shifted positive mutual information [V, V], symmetric. */
function mutualInformation(pairs: Iterable<TokenPair>, V: number): SparseMatrix {
  const counts = new Map<number, number>();
  const marginals = new Float64Array(V);
  for (const { first, second, weight } of pairs) {
    if (weight === 0) continue;
    for (const a of first) {
      for (const b of second) {
        for (const key of [a * V + b, b * V + a]) counts.set(key, (counts.get(key) ?? 0) + weight);
        marginals[a] += weight;
        marginals[b] += weight;
      }
    }
  }
  const smoothed = marginals.map((count) => count ** SMOOTHING);
  const smoothedTotal = smoothed.reduce((sum, count) => sum + count, 0);
  const kept: [number, number][] = [];
  for (const [key, count] of counts) {
    const [a, b] = [Math.floor(key / V), key % V];
    const toward = (from: number, to: number): number =>
      Math.max(
        0,
        Math.log((count * smoothedTotal) / (marginals[from] * smoothed[to])) - Math.log(SHIFT),
      );
    // The smoothed measure differs by direction; its mean is symmetric.
    const value = (toward(a, b) + toward(b, a)) / 2;
    if (value > 0) kept.push([key, value]);
  }
  return toSparse(kept, V);
}

function toSparse(entries: [number, number][], V: number): SparseMatrix {
  // Sorted, so that sums have one order whatever the order of the rows was.
  entries.sort((left, right) => left[0] - right[0]);
  const starts = new Int32Array(V + 1);
  const columns = new Int32Array(entries.length);
  const values = new Float64Array(entries.length);
  entries.forEach(([key, value], index) => {
    starts[Math.floor(key / V) + 1]++;
    columns[index] = key % V;
    values[index] = value;
  });
  for (let row = 0; row < V; row++) starts[row + 1] += starts[row];
  return { size: V, starts, columns, values };
}

/** A random orthogonal matrix [H, H]: without it the first attention head would get the strongest directions. */
function randomRotation(H: number, seed: number): Float64Array {
  const random = createRandom(seed, 'rotation');
  const rows: Float64Array[] = [];
  while (rows.length < H) {
    const row = Float64Array.from({ length: H }, () => random.nextNormal());
    for (const earlier of rows) {
      const dot = row.reduce((sum, value, index) => sum + value * earlier[index], 0);
      for (let index = 0; index < H; index++) row[index] -= dot * earlier[index];
    }
    const norm = Math.hypot(...row);
    rows.push(row.map((value) => value / norm));
  }
  const rotation = new Float64Array(H * H);
  rows.forEach((row, index) => void rotation.set(row, index * H));
  return rotation;
}

/**
 * The pairs of tokens of encoded rows of two texts. A row counts by how far its label is above the mean label, as a
 * share of how far it could be: a label of 1 counts 1. Soft labels, such as smoothed clicks, are above 0 in all rows,
 * and the many that say nothing would drown those that do.
 */
export function* tokenPairs(
  { ids, typeIds, offsets, numRows }: EncodedTexts,
  labels: ArrayLike<number>,
  isSpecial: (id: number) => boolean,
): Generator<TokenPair> {
  let mean = 0;
  for (let row = 0; row < numRows; row++) mean += labels[row] / numRows;
  for (let row = 0; row < numRows; row++) {
    const sides = [new Set<number>(), new Set<number>()];
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      if (!isSpecial(ids[at])) sides[typeIds[at]].add(ids[at]);
    }
    const weight = mean < 1 ? Math.max(0, (labels[row] - mean) / (1 - mean)) : 1;
    yield { first: [...sides[0]], second: [...sides[1]], weight };
  }
}

/** Puts spectral embeddings in the place of a new encoder's; tokens without a partner keep what they had. */
export function startSpectral(
  embeddings: Float32Array,
  pairs: Iterable<TokenPair>,
  options: SpectralOptions,
): void {
  const { vocabularySize, hiddenSize } = options;
  const found = spectralEmbeddings(pairs, options);
  for (let token = 0; token < vocabularySize; token++) {
    const row = found.subarray(token * hiddenSize, (token + 1) * hiddenSize);
    if (row.some((value) => value !== 0)) embeddings.set(row, token * hiddenSize);
  }
}
