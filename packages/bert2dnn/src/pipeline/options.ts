// Options of the verbs, each declared once: its name, meaning, default and check.
// The command line, a config file and the library read them from here. No verb is known in this file.
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import type { Json } from '../foundation/fingerprint.js';
import { isStoreUri } from '../store/index.js';

/** One option of a verb: how it is written on a command line and how a value is checked. */
export interface OptionDefinition<T> {
  /** What it means, with its limits and what it trades. One or two sentences. */
  description: string;
  /** Placeholder on the command line: `<file...>`, `<n>`; empty for a switch. */
  argument: string;
  /** Value when it is not given; `undefined` where there is none. */
  defaultValue: T | undefined;
  required: boolean;
  /** True where the value names files; a config resolves it against its own folder. */
  isPath: boolean;
  /** True where the files may be in an object store (`s3://`). Elsewhere that is refused. */
  mayBeStored?: boolean;
  /**
   * Checks a value from a command line (text) or a config (JSON).
   * @throws Bert2dnnError USAGE that names `place`, what it got and what it expected.
   */
  parse(value: unknown, place: string): T;
}

/** The options of a verb by their camelCase names. */
export type OptionTable = Record<string, OptionDefinition<unknown>>;

/** The values that an option table gives after parsing. */
export type OptionValues<Table extends OptionTable> = {
  [Name in keyof Table]: Table[Name] extends OptionDefinition<infer Value> ? Value : never;
};

/** What a caller may give: required options, and any of the others. */
export type OptionInput<Table extends OptionTable> = Partial<OptionValues<Table>>;

/** An optional text. */
export function text(
  description: string,
  argument = '<text>',
): OptionDefinition<string | undefined> {
  return define(description, argument, undefined, (value, place) => expectText(value, place));
}

/** A required path. */
export function requiredPath(description: string, argument: string): OptionDefinition<string> {
  return {
    ...define(description, argument, undefined, expectText),
    required: true,
    isPath: true,
  } as OptionDefinition<string>;
}

/** An optional path. */
export function optionalPath(
  description: string,
  argument: string,
): OptionDefinition<string | undefined> {
  const definition = define(description, argument, undefined, expectText);
  return { ...definition, isPath: true } as OptionDefinition<string | undefined>;
}

/** A path with a default. */
export function pathWithDefault(
  description: string,
  argument: string,
  defaultValue: string,
): OptionDefinition<string> {
  return {
    ...define(description, argument, defaultValue, expectText),
    isPath: true,
  } as OptionDefinition<string>;
}

/** A list of files, globs or folders that must be given. */
export function requiredFiles(description: string): OptionDefinition<string[]> {
  return {
    ...define(description, '<file...>', undefined, expectTexts),
    required: true,
    isPath: true,
  } as OptionDefinition<string[]>;
}

/** A list of files, globs or folders; empty when not given. */
export function files(description: string, argument = '<file...>'): OptionDefinition<string[]> {
  return { ...define(description, argument, [], expectTexts), isPath: true } as OptionDefinition<
    string[]
  >;
}

/** The same option for files that may be in an object store too. */
export function orStored<T>(definition: OptionDefinition<T>): OptionDefinition<T> {
  return { ...definition, mayBeStored: true };
}

/** A list of texts, separated by commas on the command line; `undefined` when not given. */
export function list(
  description: string,
  argument: string,
): OptionDefinition<string[] | undefined> {
  return define(description, argument, undefined, (value, place) =>
    typeof value === 'string'
      ? value.split(',').map((part) => part.trim())
      : expectTexts(value, place),
  );
}

interface Bounds {
  min?: number;
  max?: number;
}

/** A whole number within bounds. */
export function integer<D extends number | undefined>(
  description: string,
  defaultValue: D,
  bounds: Bounds = { min: 1 },
): OptionDefinition<D extends number ? number : number | undefined> {
  return define<number>(description, '<n>', defaultValue, (value, place) => {
    const parsed = expectNumber(value, place, bounds);
    if (!Number.isSafeInteger(parsed))
      throw wrongValue(place, value, `a whole number${formatBounds(bounds)}`);
    return parsed;
  }) as never;
}

/** A number within bounds. */
export function number<D extends number | undefined>(
  description: string,
  defaultValue: D,
  bounds: Bounds = {},
): OptionDefinition<D extends number ? number : number | undefined> {
  return define<number>(description, '<x>', defaultValue, (value, place) =>
    expectNumber(value, place, bounds),
  ) as never;
}

/** A list of whole numbers, separated by commas on the command line. */
export function integers(
  description: string,
  bounds: Bounds = { min: 1 },
): OptionDefinition<number[] | undefined> {
  return define(description, '<n,...>', undefined, (value, place) => {
    const parts = typeof value === 'string' ? value.split(',') : value;
    if (!Array.isArray(parts)) throw wrongValue(place, value, 'numbers separated by commas');
    return parts.map((part) => expectNumber(part, place, bounds));
  });
}

/** One of a few names. */
export function choice<const Names extends readonly string[], D extends Names[number] | undefined>(
  description: string,
  names: Names,
  defaultValue: D,
): OptionDefinition<D extends string ? Names[number] : Names[number] | undefined> {
  return define<string>(description, `<${names.join('|')}>`, defaultValue, (value, place) => {
    if (typeof value === 'string' && names.includes(value)) return value;
    const nearest = typeof value === 'string' ? findNearestName(value, names) : undefined;
    throw wrongValue(
      place,
      value,
      `one of ${names.join(', ')}`,
      nearest && `Did you mean ${nearest}?`,
    );
  }) as never;
}

/** A switch, off unless given. */
export function toggle(description: string): OptionDefinition<boolean> {
  return define(description, '', false, (value, place) => {
    if (typeof value !== 'boolean') throw wrongValue(place, value, 'true or false');
    return value;
  }) as OptionDefinition<boolean>;
}

/** Two numbers `low:high`, low below high. */
export function range(description: string): OptionDefinition<[number, number] | undefined> {
  return define(description, '<low:high>', undefined, (value, place) => {
    const parts = typeof value === 'string' ? value.split(':') : value;
    const expected = 'low:high, two numbers with low below high, for example 1:3';
    if (!Array.isArray(parts) || parts.length !== 2) throw wrongValue(place, value, expected);
    const [low, high] = parts.map((part) => (part === '' ? Number.NaN : Number(part)));
    if (!(low < high) || !Number.isFinite(low + high)) throw wrongValue(place, value, expected);
    return [low, high];
  });
}

/** A map `name=column,...`; a bare name stands for `name=name`. */
export function columnMap(
  description: string,
): OptionDefinition<Record<string, string> | undefined> {
  return define(description, '<name=column,...>', undefined, (value, place) => {
    const expected =
      'name=column pairs separated by commas, for example query=search_term,title=product_title';
    if (typeof value === 'string') {
      const pairs = value.split(',').map((pair) => {
        const [name, column = name, ...rest] = pair.split('=').map((part) => part.trim());
        if (name === '' || column === '' || rest.length > 0)
          throw wrongValue(place, value, expected);
        return [name, column] as const;
      });
      return Object.fromEntries(pairs);
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw wrongValue(place, value, expected);
    return Object.fromEntries(
      Object.entries(value).map(([name, column]) => [name, expectText(column, `${place}.${name}`)]),
    );
  });
}

/** Texts by name, `name=text` each, an argument each on the command line; a text may be empty and hold anything. */
export function fieldTexts(
  description: string,
): OptionDefinition<Record<string, string> | undefined> {
  return define(description, '<name=text...>', undefined, (value, place) => {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const text of Object.values(value)) {
        if (typeof text !== 'string') throw wrongValue(place, text, 'a text');
      }
      return value as Record<string, string>;
    }
    const pairs = expectTexts(value, place).map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0) throw wrongValue(place, pair, 'name=text');
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    });
    const texts = Object.fromEntries(pairs);
    if (Object.keys(texts).length === pairs.length) return texts;
    throw wrongValue(place, value, 'each field once');
  });
}

/** A positive number or a word that stands for one that is found, such as `auto`. */
export function numberOr<Word extends string, D extends number | Word | undefined>(
  description: string,
  word: Word,
  defaultValue: D,
): OptionDefinition<D extends undefined ? number | Word | undefined : number | Word> {
  return define<number | Word>(description, `<x|${word}>`, defaultValue, (value, place) => {
    if (value === word) return word;
    const parsed = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof parsed === 'number' && parsed > 0 && Number.isFinite(parsed)) return parsed;
    throw wrongValue(place, value, `a number above 0, or ${word}`);
  }) as never;
}

/** A number of bytes, on the command line with a unit: `2MB`, `512kB`, `1.5MiB`. */
export function byteSize(description: string): OptionDefinition<number | undefined> {
  const units = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
  return define(description, '<size>', undefined, (value, place) => {
    const [, digits, unit = 'B'] = /^([0-9.]+) *([A-Za-z]+)?$/.exec(String(value)) ?? [];
    const scale = Object.entries(units).find(([name]) => name.toLowerCase() === unit.toLowerCase());
    const bytes = Math.floor(Number(digits) * (scale?.[1] ?? Number.NaN));
    if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
    throw wrongValue(place, value, 'a size such as 2MB, 512kB or 1.5MiB');
  });
}

/** A map `name=number,...` of numbers of 0 or more, or a word that stands for one that is found. */
export function numberMapOr<Word extends string>(
  description: string,
  word: Word,
): OptionDefinition<Record<string, number> | Word | undefined> {
  const expected = `${word}, or name=number pairs separated by commas, for example bad=1,good=3`;
  return define(description, `<${word}|name=x,...>`, undefined, (value, place) => {
    if (value === word) return word;
    const pairs =
      typeof value === 'string'
        ? value.split(',').map((pair) => splitPair(pair, () => wrongValue(place, value, expected)))
        : Object.entries(value !== null && typeof value === 'object' ? value : {});
    if (pairs.length === 0) throw wrongValue(place, value, expected);
    return Object.fromEntries(
      pairs.map(([name, text]) => [name, expectNumber(text, `${place}: ${name}`, { min: 0 })]),
    );
  }) as OptionDefinition<Record<string, number> | Word | undefined>;
}

/** `name=value`; the name may hold `=` itself. */
function splitPair(pair: string, wrong: () => Bert2dnnError): [string, string] {
  const at = pair.lastIndexOf('=');
  if (at <= 0) throw wrong();
  return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

/**
 * Checks the values given for a verb against its table and fills in the defaults.
 * `nameOf` says how a place is written for the reader: `--batch-size` or `stages[2].batchSize`.
 * @throws Bert2dnnError USAGE for an unknown, missing or wrong option.
 */
export function parseOptions<Table extends OptionTable>(
  table: Table,
  given: Readonly<Record<string, unknown>>,
  nameOf: (name: string) => string = (name) => name,
): OptionValues<Table> {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(table, name) || given[name] === undefined) continue;
    const nearest = findNearestName(name, Object.keys(table));
    throw new Bert2dnnError('USAGE', `${nameOf(name)}: unknown option`, {
      hint:
        nearest === undefined
          ? `Known: ${Object.keys(table).map(nameOf).join(', ')}.`
          : `Did you mean ${nameOf(nearest)}?`,
    });
  }
  const values: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(table)) {
    if (given[name] !== undefined) {
      values[name] = definition.parse(given[name], nameOf(name));
      if (definition.isPath && definition.mayBeStored !== true) {
        refuseStored(values[name], nameOf(name));
      }
    } else if (definition.required) {
      throw new Bert2dnnError(
        'USAGE',
        `${nameOf(name)}: missing, expected ${definition.argument}`,
        {
          hint: definition.description,
        },
      );
    } else {
      values[name] = definition.defaultValue;
    }
  }
  return values as OptionValues<Table>;
}

/** So that no folder called `s3:` is made. */
function refuseStored(value: unknown, place: string): void {
  const stored = [value].flat().find((path) => typeof path === 'string' && isStoreUri(path));
  if (stored === undefined) return;
  throw wrongValue(
    place,
    stored,
    'a path of this machine',
    'Object stores are read by score, stack, distill, evaluate and predict, and written by score: copy the files here first.',
  );
}

/** `batchSize` as it is written on the command line: `--batch-size`. */
export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function define<T>(
  description: string,
  argument: string,
  defaultValue: T | undefined,
  parse: (value: unknown, place: string) => T,
): OptionDefinition<T> {
  return { description, argument, defaultValue, required: false, isPath: false, parse };
}

function expectText(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '') throw wrongValue(place, value, 'a text');
  return value;
}

function expectTexts(value: unknown, place: string): string[] {
  const values = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(values)) throw wrongValue(place, value, 'a list of texts');
  return values.map((item) => expectText(item, place));
}

function expectNumber(value: unknown, place: string, bounds: Bounds): number {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
  if (typeof parsed !== 'number' || !Number.isFinite(parsed) || parsed < min || parsed > max) {
    throw wrongValue(place, value, `a number${formatBounds(bounds)}`);
  }
  return parsed;
}

function formatBounds({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}

function wrongValue(place: string, value: unknown, expected: string, hint?: string): Bert2dnnError {
  return new Bert2dnnError(
    'USAGE',
    `${place}: got ${JSON.stringify(value) ?? 'nothing'}, expected ${expected}`,
    { hint },
  );
}

/** Options as JSON for a fingerprint: values only, no functions. */
export function optionsAsJson(values: Record<string, unknown>): Json {
  return JSON.parse(JSON.stringify(values)) as Json;
}
