import { describe, expect, it } from 'vitest';
import { NUM_FIXED_MATCH_FEATURES } from '../../src/features/match-rows.js';
import { checkDefinition } from '../../src/model/check-definition.js';
import { refusal } from '../refusal.js';
import { fullStudent } from '../tiny-student.js';

const sound = fullStudent().definition;
const block = { name: 'b', kind: 'ngrams', fields: ['query'], size: 5, vocabulary: 'hash' };
const characters = { name: 'c', kind: 'characters', fields: ['query'], size: 5, lengths: [3, 5] };
const match = { name: 'm', kind: 'match', fields: ['query', 'title'], size: 4096 };

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
    [
      'quantities',
      { text: { tokenizer: 'default', ngrams: 2, quantities: 'yes' } },
      'text.quantities: got "yes", expected true or false',
    ],
    [
      'quantities of the paper',
      { text: { tokenizer: 'paper', ngrams: 2, quantities: true } },
      'text.quantities: got true, expected false with the tokenizer paper',
    ],
    ['lengths', { blocks: [{ ...characters, lengths: [5, 3] }] }, 'blocks[0].lengths: got [5,3]'],
    ['one length', { blocks: [{ ...characters, lengths: [3] }] }, 'blocks[0].lengths: got [3]'],
    ['length', { blocks: [{ ...characters, lengths: [0, 3] }] }, 'blocks[0].lengths: got 0'],
    [
      'table of its own',
      { blocks: [{ ...block, table: 'b' }] },
      'blocks[0].table: got "b", expected an earlier block of its kind and size (there is none)',
    ],
    [
      'table of another size',
      { blocks: [block, { ...block, name: 'c', size: 6, table: 'b' }] },
      'blocks[1].table: got "b"',
    ],
    [
      'table of another length',
      { blocks: [characters, { ...characters, name: 'd', lengths: [3, 4], table: 'c' }] },
      'blocks[1].table: got "c"',
    ],
    ['family', { blocks: [{ ...match, families: ['x'] }] }, 'blocks[0].families: got "x"'],
    ['no families', { blocks: [{ ...match, families: [] }] }, 'blocks[0].families: got []'],
    [
      'missing statistics',
      { blocks: [{ ...match, families: ['importance'] }] },
      'blocks[0].statistics: got nothing',
    ],
    [
      'statistics of a hashed block',
      { blocks: [block, { ...match, families: ['roles'], statistics: 'b' }] },
      'blocks[1].statistics: got "b"',
    ],
    [
      'size for its families',
      { blocks: [{ ...match, size: NUM_FIXED_MATCH_FEATURES + 9, families: ['quantities'] }] },
      `blocks[0].size: got ${NUM_FIXED_MATCH_FEATURES + 9}, expected more than`,
    ],
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

  it('accepts what later versions of this format added', () => {
    const list = { ...block, vocabulary: 'list' };
    const added = {
      ...sound,
      text: { ...sound.text, quantities: true },
      head: 'layers',
      products: [],
      blocks: [
        list,
        { ...list, name: 'shared', table: 'b' },
        characters,
        { ...characters, name: 'd', table: 'c' },
        { ...match, families: ['roles', 'quantities'], statistics: 'b' },
      ],
    };
    expect(checkDefinition(added)).toBe(added);
  });

  it('refuses what is no object', () => {
    for (const value of [null, [], 'x', 7, undefined]) {
      expect(refusal(() => checkDefinition(value))).toContain('DEFINITION_INVALID student: got');
    }
  });
});
