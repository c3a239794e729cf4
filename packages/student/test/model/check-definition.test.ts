import { describe, expect, it } from 'vitest';
import { checkDefinition } from '../../src/model/check-definition.js';
import { refusal } from '../refusal.js';
import { fullStudent } from '../tiny-student.js';

const sound = fullStudent().definition;
const block = { name: 'b', kind: 'ngrams', fields: ['query'], size: 5, vocabulary: 'hash' };

describe('checkDefinition', () => {
  it('accepts a sound definition with every member', () => {
    const full = { ...sound, classes: ['no', 'yes'] };
    expect(checkDefinition(full)).toBe(full);
  });

  it.each<[string, object, string]>([
    [
      'format',
      { format: 'x' },
      'STUDENT_VERSION student.format: got "x", expected "bert2dnn-student"',
    ],
    ['version', { version: 2 }, 'STUDENT_VERSION student.version: got v2, expected v1'],
    ['no version', { version: undefined }, 'student.version: got nothing'],
    ['unknown member', { layers: [1] }, 'student: got "layers", expected no members but format'],
    ['missing member', { combiner: undefined }, 'student: got nothing, expected member combiner'],
    ['preset', { preset: 7 }, 'preset: got 7'],
    ['no fields', { fields: [] }, 'fields: got []'],
    ['field twice', { fields: ['query', 'query'] }, 'fields: got ["query","query"]'],
    [
      'tokenizer',
      { text: { tokenizer: 'bpe', ngrams: 2 } },
      'text.tokenizer: got "bpe", expected one of',
    ],
    [
      'ngrams',
      { text: { tokenizer: 'paper', ngrams: 4 } },
      'text.ngrams: got 4, expected a whole number from 1 to 3',
    ],
    ['text member', { text: { tokenizer: 'paper', ngrams: 2, x: 1 } }, 'text: got "x"'],
    ['no blocks', { blocks: [] }, 'blocks: got []'],
    ['block kind', { blocks: [{ ...block, kind: 'bag' }] }, 'blocks[0].kind: got "bag"'],
    ['block member', { blocks: [{ ...block, rows: 1 }] }, 'blocks[0]: got "rows"'],
    ['block name', { blocks: [{ ...block, name: 'a.b' }] }, 'blocks[0].name: got "a.b"'],
    [
      'block twice',
      { blocks: [block, block] },
      'blocks[1].name: got "b", expected a name of its own',
    ],
    [
      'block field',
      { blocks: [{ ...block, fields: ['brand'] }] },
      'blocks[0].fields: got "brand", expected one of query, title',
    ],
    ['block size', { blocks: [{ ...block, size: 2 ** 40 }] }, 'blocks[0].size: got 1099511627776'],
    [
      'vocabulary',
      { blocks: [{ ...block, vocabulary: 'trie' }] },
      'blocks[0].vocabulary: got "trie"',
    ],
    [
      'one field',
      { blocks: [{ name: 'x', kind: 'cross', fields: ['query'], size: 9 }] },
      'expected two fields',
    ],
    [
      'small match',
      { blocks: [{ name: 'x', kind: 'match', fields: ['query', 'title'], size: 9 }] },
      'blocks[0].size: got 9, expected more than',
    ],
    [
      'product',
      { products: [['all', 'none']] },
      'products[0]: got ["all","none"], expected two of the blocks all',
    ],
    ['embedding size', { embeddingSize: 0 }, 'embeddingSize: got 0'],
    ['combiner', { combiner: 'max' }, 'combiner: got "max"'],
    ['layer', { hiddenLayers: [8, 1.5] }, 'hiddenLayers[1]: got 1.5'],
    ['outputs', { numOutputs: '1' }, 'numOutputs: got "1"'],
    ['classes', { numOutputs: 3, classes: ['a', 'b'] }, 'classes: got ["a","b"], expected 3 names'],
    ['temperature', { calibration: { temperature: 0 } }, 'calibration.temperature: got 0'],
    ['label range', { labelRange: [3, 1] }, 'labelRange: got [3,1], expected two numbers in order'],
  ])('refuses a wrong %s', (_, change, message) => {
    expect(refusal(() => checkDefinition({ ...sound, ...change }))).toContain(message);
  });

  it('refuses what is no object', () => {
    for (const value of [null, [], 'x', 7, undefined]) {
      expect(refusal(() => checkDefinition(value))).toContain('DEFINITION_INVALID student: got');
    }
  });
});
