// Layer-wise factors of the learning rate, worked out by hand.
import { describe, expect, it } from 'vitest';
import { rateScaleOf } from '../../src/teacher/rate-scale.js';

describe('rateScaleOf', () => {
  it('falls layer by layer towards the embeddings and leaves pooler and heads alone', () => {
    const places = [
      'embeddings.token',
      'embeddings.norm.bias',
      'layer.0.query.weight',
      'layer.1.output.norm.weight',
      'layer.2.query.bias',
      'pooler.weight',
      'classifier.bias',
      'mlm.dense.weight',
    ];
    const scale = rateScaleOf(places, 0.5);
    expect(places.map(scale)).toEqual([1 / 16, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 1, 1]);
  });

  it('counts more than ten layers by number', () => {
    const places = Array.from({ length: 12 }, (_, layer) => `layer.${layer}.query.weight`);
    const scale = rateScaleOf(places, 0.9);
    expect(scale('layer.11.query.weight')).toBeCloseTo(0.9, 12);
    expect(scale('layer.2.query.weight')).toBeCloseTo(0.9 ** 10, 12);
    expect(scale('embeddings.position')).toBeCloseTo(0.9 ** 13, 12);
  });
});
