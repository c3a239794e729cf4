// How a new small encoder starts: eigenpairs against a dense solver, embeddings of tokens that go together, attention.
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { describeBertEncoder, readTeacherConfig } from '../../src/teacher/config.js';
import { startMimetic } from '../../src/teacher/mimetic-start.js';
import { initializeParameter, parameterShapes } from '../../src/teacher/parameters.js';
import { spectralEmbeddings, startSpectral, tokenPairs } from '../../src/teacher/spectral-start.js';
import { jacobiEigen, leadingEigenpairs } from '../../src/teacher/symmetric-eigen.js';

const SIZE = 60;

/** A sparse symmetric matrix, dense and by rows. */
function randomSymmetric(seed: number) {
  const random = createRandom(seed);
  const dense = new Float64Array(SIZE * SIZE);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column <= row; column++) {
      const value = random.next() < 0.2 ? random.nextNormal() : 0;
      dense[row * SIZE + column] = value;
      dense[column * SIZE + row] = value;
    }
  }
  const starts = new Int32Array(SIZE + 1);
  const columns: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      if (dense[row * SIZE + column] === 0) continue;
      columns.push(column);
      values.push(dense[row * SIZE + column]);
    }
    starts[row + 1] = columns.length;
  }
  const sparse = {
    size: SIZE,
    starts,
    columns: Int32Array.from(columns),
    values: Float64Array.from(values),
  };
  return { dense, sparse };
}

describe('eigenpairs', () => {
  it('of a 2 x 2 matrix are the ones by hand', () => {
    // [[2, 1], [1, 2]] has the eigenvalues 3 and 1.
    const { values } = jacobiEigen(Float64Array.from([2, 1, 1, 2]), 2);
    expect([...values].sort()).toEqual([expect.closeTo(1, 12), expect.closeTo(3, 12)]);
  });

  it('by subspace iteration are near those of the dense solver, and their vectors satisfy A v = l v', () => {
    const { dense, sparse } = randomSymmetric(3);
    const exact = [...jacobiEigen(dense, SIZE).values].sort((left, right) => right - left);
    const { values, vectors } = leadingEigenpairs(sparse, 8, createRandom(1));
    for (let k = 0; k < 8; k++) {
      expect(Math.abs(values[k] - exact[k])).toBeLessThan(1e-3 * exact[0]);
      if (k >= 4) continue; // The residual of the later ones is larger; their values converge first.
      for (let row = 0; row < SIZE; row++) {
        let image = 0;
        for (let j = 0; j < SIZE; j++) image += dense[row * SIZE + j] * vectors[j * 8 + k];
        expect(Math.abs(image - values[k] * vectors[row * 8 + k])).toBeLessThan(0.05);
      }
    }
  });
});

const cosine = (embeddings: Float32Array, H: number, left: number, right: number): number => {
  let dot = 0;
  for (let k = 0; k < H; k++) dot += embeddings[left * H + k] * embeddings[right * H + k];
  return dot / H;
};

describe('spectralEmbeddings', () => {
  // Tokens 0..9 are names of ten things, 10..19 other names of the same things; 20 occurs nowhere.
  const random = createRandom(5);
  const pairs = Array.from({ length: 400 }, () => {
    const thing = random.nextInt(10);
    return { first: [thing], second: [thing + 10], weight: 1 };
  });
  const options = { vocabularySize: 21, hiddenSize: 8, seed: 1 };

  it('puts two names of one thing together and other things apart', () => {
    const H = 16;
    const embeddings = spectralEmbeddings(pairs, { ...options, hiddenSize: H });
    for (let thing = 0; thing < 10; thing++) {
      expect(cosine(embeddings, H, thing, thing + 10)).toBeGreaterThan(0.99);
      expect(Math.abs(cosine(embeddings, H, thing, ((thing + 1) % 10) + 10))).toBeLessThan(0.5);
    }
  });

  it('leaves a token without a partner as it was, and repeats', () => {
    const start = new Float32Array(21 * 8).fill(7);
    startSpectral(start, pairs, options);
    expect([...start.subarray(20 * 8)]).toEqual(new Array(8).fill(7));
    const again = new Float32Array(21 * 8).fill(7);
    startSpectral(again, pairs, options);
    expect(again).toEqual(start);
  });

  it('takes each token of a row once, without special ones', () => {
    const texts = {
      ids: Int32Array.from([2, 5, 5, 3, 8, 9, 3]),
      typeIds: Uint8Array.from([0, 0, 0, 0, 1, 1, 1]),
      offsets: Int32Array.from([0, 7]),
      numRows: 1,
    };
    expect([...tokenPairs(texts, [1], (id) => id < 4)]).toEqual([
      { first: [5], second: [8, 9], weight: 1 },
    ]);
  });
});

describe('tokenPairs', () => {
  const texts = {
    ids: Int32Array.from([5, 8, 6, 9, 7, 9, 7, 8]),
    typeIds: Uint8Array.from([0, 1, 0, 1, 0, 1, 0, 1]),
    offsets: Int32Array.from([0, 2, 4, 6, 8]),
    numRows: 4,
  };

  it.each([
    ['hard labels', [1, 0, 0, 1], [1, 0, 0, 1]],
    ['soft labels', [0.7, 0.1, 0.1, 0.3], [(0.7 - 0.3) / 0.7, 0, 0, 0]],
    ['labels that are all positive', [1, 1, 1, 1], [1, 1, 1, 1]],
  ])('weighs a row by how far it is above the mean: %s', (_, labels, weights) => {
    const found = [...tokenPairs(texts, labels, () => false)].map(({ weight }) => weight);
    for (const [row, weight] of weights.entries()) expect(found[row]).toBeCloseTo(weight, 12);
  });
});

describe('startMimetic', () => {
  it('makes a token of the first layer ask for itself', () => {
    const sizes = describeBertEncoder({
      vocabularySize: 50,
      hiddenSize: 16,
      numLayers: 2,
      numHeads: 2,
      intermediateSize: 32,
      maxPositions: 8,
      numTypes: 2,
      layerNormEpsilon: 1e-12,
      activation: 'gelu',
      hiddenDropout: 0,
      attentionDropout: 0,
      classifierDropout: 0,
      initializerRange: 0.02,
    });
    const { encoder } = readTeacherConfig(sizes, 'sizes');
    const parameters = Object.fromEntries(
      [...parameterShapes(encoder, 1)].map(([place, shape]) => [
        place,
        initializeParameter(place, shape, { seed: 1, deviation: 0.02 }),
      ]),
    );
    startMimetic(parameters, encoder);
    // Score of query token a for key token b without biases: (Wq e_a) . (Wk e_b).
    const project = (place: string, token: number): number[] =>
      Array.from({ length: 16 }, (_, unit) => {
        const weight = parameters[place].subarray(unit * 16, unit * 16 + 16);
        const embedding = parameters['embeddings.token'].subarray(token * 16, token * 16 + 16);
        return weight.reduce((sum, value, index) => sum + value * embedding[index], 0);
      });
    const score = (a: number, b: number): number => {
      const key = project('layer.0.key.weight', b);
      return project('layer.0.query.weight', a).reduce(
        (sum, value, unit) => sum + value * key[unit],
        0,
      );
    };
    for (let token = 0; token < 10; token++) {
      for (let other = 10; other < 20; other++)
        expect(score(token, token)).toBeGreaterThan(score(token, other));
    }
  });
});
