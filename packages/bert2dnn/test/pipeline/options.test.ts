import { describe, expect, it } from 'vitest';
import {
  byteSize,
  choice,
  columnMap,
  files,
  flagName,
  integer,
  integers,
  list,
  number,
  numberMapOr,
  numberOr,
  parseOptions,
  range,
  requiredPath,
  toggle,
} from '../../src/pipeline/options.js';

const TABLE = {
  out: requiredPath('Folder.', '<dir>'),
  input: files('Files.'),
  epochs: integer('Epochs.', 3),
  rate: number('Rate.', 0.5, { min: 0, max: 1 }),
  loss: choice('Loss.', ['soft', 'margin'], 'soft'),
  range: range('Range.'),
  fields: columnMap('Fields.'),
  layers: integers('Layers.'),
  names: list('Names.', '<name,...>'),
  temperature: numberOr('Temperature.', 'auto', 1),
  weights: numberMapOr('Weights.', 'balanced'),
  verbose: toggle('Say more.'),
};

const parse = (given: Record<string, unknown>) =>
  parseOptions(TABLE, { out: 'x', ...given }, flagName);

describe('byteSize', () => {
  const { parse: parseSize } = byteSize('Size.');
  it.each([
    ['2MB', 2_000_000],
    ['512 kB', 512_000],
    ['1.5MiB', 1_572_864],
    ['1gb', 1e9],
    ['700', 700],
    [700, 700],
  ])('reads %s', (given, bytes) => {
    expect(parseSize(given, 'size')).toBe(bytes);
  });
  it.each(['', 'MB', '0', '-1MB', '2 parsecs', '1.2.3kB', '1e9', true])('refuses %s', (given) => {
    expect(() => parseSize(given, '--max-size')).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(/--max-size: got/) }),
    );
  });
});

describe('parseOptions', () => {
  it('fills in defaults', () => {
    expect(parse({})).toEqual({
      out: 'x',
      input: [],
      epochs: 3,
      rate: 0.5,
      loss: 'soft',
      range: undefined,
      fields: undefined,
      layers: undefined,
      names: undefined,
      temperature: 1,
      weights: undefined,
      verbose: false,
    });
  });

  it('reads the texts of a command line and the values of a config alike', () => {
    const fromText = parse({
      epochs: '5',
      rate: '0.25',
      range: '1:3',
      fields: 'query=search_term,title',
      layers: '1024,512',
      names: 'a, b',
      temperature: '2',
      weights: 'bad=1, a=b=0.5',
    });
    const fromJson = parse({
      epochs: 5,
      rate: 0.25,
      range: [1, 3],
      fields: { query: 'search_term', title: 'title' },
      layers: [1024, 512],
      names: ['a', 'b'],
      temperature: 2,
      weights: { bad: 1, 'a=b': 0.5 },
    });
    expect(fromText).toEqual(fromJson);
    expect(fromText.range).toEqual([1, 3]);
    expect(fromText.fields).toEqual({ query: 'search_term', title: 'title' });
    expect(parse({ temperature: 'auto' }).temperature).toBe('auto');
    expect(parse({ weights: 'balanced' }).weights).toBe('balanced');
  });

  it.each([
    [{ epochs: '2.5' }, '--epochs: got "2.5", expected a whole number of at least 1'],
    [{ epochs: 'many' }, '--epochs: got "many", expected a number of at least 1'],
    [{ epochs: '' }, '--epochs: got "", expected a number of at least 1'],
    [{ rate: 2 }, '--rate: got 2, expected a number from 0 to 1'],
    [{ loss: 'sofd' }, '--loss: got "sofd", expected one of soft, margin'],
    [{ range: '3:1' }, '--range: got "3:1", expected low:high'],
    [{ range: '1:' }, '--range: got "1:", expected low:high'],
    [{ fields: 'a=b=c' }, '--fields: got "a=b=c", expected name=column'],
    [{ layers: '12,x' }, '--layers: got "x", expected a number of at least 1'],
    [{ temperature: 0 }, '--temperature: got 0, expected a number above 0, or auto'],
    [{ weights: 'bad' }, '--weights: got "bad", expected balanced, or name=number pairs'],
    [{ weights: 'bad=-1' }, '--weights: bad: got "-1", expected a number of at least 0'],
    [{ weights: 'bad=' }, '--weights: bad: got "", expected a number of at least 0'],
    [{ weights: {} }, '--weights: got {}, expected balanced'],
    [{ weights: 3 }, '--weights: got 3, expected balanced'],
    [{ verbose: 'yes' }, '--verbose: got "yes", expected true or false'],
    [{ out: undefined }, '--out: missing, expected <dir>'],
    [{ epoch: 3 }, '--epoch: unknown option'],
  ])('refuses %j', (given, message) => {
    expect(() => parse(given)).toThrow(message);
  });

  it('suggests the nearest name', () => {
    expect(() => parse({ epoch: 3 })).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: 'Did you mean --epochs?' }),
    );
    expect(() => parse({ loss: 'sofd' })).toThrow(
      expect.objectContaining({ hint: 'Did you mean soft?' }),
    );
  });
});
