// Presets: the structures that they promise, accepted by the student package.
import { checkDefinition, MATCH_FAMILIES, tableBlocks } from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import {
  defaultPreset,
  PRESETS,
  type Preset,
  parsePreset,
  presetDefinition,
  type StructureOptions,
} from '../../src/distill/presets.js';

describe('presetDefinition', () => {
  it('paper is the reference code: one bag of all fields, its tokenizer, its layers', () => {
    const definition = presetDefinition('paper', ['query', 'title']);
    expect(definition).toMatchObject({
      text: { tokenizer: 'paper', ngrams: 2 },
      blocks: [
        {
          kind: 'ngrams',
          fields: ['query', 'title'],
          size: 150_000,
          vocabulary: 'list',
        },
      ],
      products: [],
      embeddingSize: 64,
      combiner: 'sqrtn',
      hiddenLayers: [1024, 512, 128, 64],
      numOutputs: 1,
    });
  });

  it('pair has a bag a field, crossed words, matches and products with every other field', () => {
    const definition = presetDefinition('pair', ['query', 'title', 'brand']);
    expect(definition.blocks.map(({ kind, fields }) => `${kind} ${fields.join('+')}`)).toEqual([
      'ngrams query',
      'ngrams title',
      'ngrams brand',
      'cross query+title',
      'match query+title',
      'match query+brand',
    ]);
    expect(definition.products).toEqual([
      ['query', 'title'],
      ['query', 'brand'],
    ]);
  });

  it('pair has every family of match features with the title as statistics, or those asked for', () => {
    const matchOf = (options: StructureOptions) =>
      presetDefinition('pair', ['query', 'title'], options).blocks.find((b) => b.kind === 'match');
    expect(matchOf({})).toMatchObject({ families: [...MATCH_FAMILIES], statistics: 'title' });
    expect(matchOf({ shareTables: true })).toMatchObject({ statistics: 'query' });
    expect(matchOf({ matchFamilies: ['roles'] })).toMatchObject({ families: ['roles'] });
    expect(matchOf({ matchFamilies: ['roles', 'roles'] })).toMatchObject({ families: ['roles'] });
    expect(matchOf({ matchFamilies: [] })).not.toHaveProperty('families');
  });

  it('shares tables and adds characters if asked to, in tower as in pair', () => {
    const options = { shareTables: true, characterSize: 99 };
    for (const preset of ['pair', 'tower'] as const) {
      const { blocks } = presetDefinition(preset, ['query', 'title'], options);
      expect(blocks.slice(0, 4)).toMatchObject([
        { name: 'query', kind: 'ngrams' },
        { name: 'title', kind: 'ngrams', table: 'query' },
        { name: 'query-characters', kind: 'characters', size: 99, lengths: [3, 5] },
        { name: 'title-characters', kind: 'characters', table: 'query-characters' },
      ]);
    }
  });

  it('shares tables in tower unless told not to', () => {
    const ownersOf = (preset: Preset, shareTables?: boolean) =>
      tableBlocks(presetDefinition(preset, ['query', 'title'], { shareTables })).map((b) => b.name);
    expect(ownersOf('tower')).toEqual(['query']);
    expect(ownersOf('tower', false)).toEqual(['query', 'title']);
    expect(ownersOf('pair')).toContain('title');
  });

  it('tower has a bag a field and nothing that sees two', () => {
    const definition = presetDefinition('tower', ['query', 'title', 'brand']);
    expect(definition).toMatchObject({ head: 'towers', products: [], hiddenLayers: [256, 128] });
    expect(definition.blocks.map(({ fields }) => fields)).toEqual([
      ['query'],
      ['title'],
      ['brand'],
    ]);
  });

  it('gives quantities one spelling where texts are compared, unless told not to', () => {
    const quantitiesOf = (preset: Preset, quantities?: boolean) =>
      presetDefinition(preset, ['query', 'title'], { quantities }).text.quantities;
    expect(quantitiesOf('pair')).toBe(true);
    expect(quantitiesOf('tower')).toBe(true);
    expect(quantitiesOf('pair', false)).toBeUndefined();
    expect(quantitiesOf('bag')).toBeUndefined();
    expect(quantitiesOf('bag', true)).toBe(true);
    expect(quantitiesOf('paper')).toBeUndefined();
  });

  it('is accepted by the student, whatever the fields are called', () => {
    for (const preset of PRESETS) {
      const fields = ['search term', 'Titel-Ä', 'field-0', 'x'.repeat(200)];
      expect(() => checkDefinition(presetDefinition(preset, fields))).not.toThrow();
    }
    const options = { ngrams: 3, embeddingSize: 8, hiddenLayers: [], numOutputs: 3 };
    const classes = ['a', 'b', 'c'];
    const definition = presetDefinition('bag', ['text'], { ...options, classes });
    expect(checkDefinition(definition)).toMatchObject({ numOutputs: 3, hiddenLayers: [], classes });
  });

  it('refuses pair for one field, and names that it does not know', () => {
    expect(() => presetDefinition('pair', ['text'])).toThrow(/field text alone/);
    expect(() => parsePreset('pear')).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: 'Did you mean "pair"?' }),
    );
    expect(() => presetDefinition('tower', ['text'])).toThrow(/preset tower: got the field text/);
    expect(() => presetDefinition('pair', ['a', 'b'], { matchFamilies: ['role'] })).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: 'Did you mean "roles"?' }),
    );
    expect(() => presetDefinition('paper', ['a'], { quantities: true })).toThrow(/^quantities: /);
    expect(() => presetDefinition('tower', ['a', 'b'], { numOutputs: 3 })).toThrow(/^classes: /);
    expect(() => presetDefinition('pair', ['a', 'b'], { matchSize: 500 })).toThrow(
      /matchSize: got 500, expected more than \d+/,
    );
  });

  it('takes pair for pairs and bag for single texts', () => {
    expect(defaultPreset(['query', 'title'])).toBe('pair');
    expect(defaultPreset(['text'])).toBe('bag');
  });
});
