// Checks that a value, usually parsed JSON, is a student definition. Strict: what it does not know it refuses.
import { StudentError } from '../errors.js';
import { FAMILIES_WITH_STATISTICS, numFixedMatchRows } from '../features/match-rows.js';
import { showValue } from '../shown-value.js';
import { MAX_NGRAM } from '../text/ngrams.js';
import { TOKENIZERS } from '../text/tokenizer.js';
import {
  MATCH_FAMILIES,
  type MatchFamily,
  STUDENT_FORMAT,
  STUDENT_VERSION,
  type StudentDefinition,
} from './definition.js';

/** Largest sizes that a definition may have: a file cannot ask for more memory than these. */
export const DEFINITION_LIMITS = {
  fields: 64,
  blocks: 64,
  products: 64,
  rows: 1 << 26,
  embeddingSize: 4096,
  hiddenLayers: 16,
  layerSize: 1 << 16,
  characters: 8,
  provenanceDepth: 64,
} as const;

const MEMBERS = [
  'format',
  'version',
  'preset',
  'fields',
  'text',
  'blocks',
  'products',
  'embeddingSize',
  'combiner',
  'hiddenLayers',
  'numOutputs',
  'calibration',
];
const OPTIONAL_MEMBERS = ['head', 'classes', 'labelRange', 'provenance'];

type Members = Record<string, unknown>;

/**
 * Checks a definition and returns it.
 * @throws {StudentError} STUDENT_VERSION for another format or version, DEFINITION_INVALID for all else,
 * naming the member.
 */
export function checkDefinition(value: unknown): StudentDefinition {
  const definition = membersOf(value, 'student');
  checkVersion(definition);
  checkNames(definition, 'student', MEMBERS, OPTIONAL_MEMBERS);
  const fields = checkTextList(definition.fields, 'fields', DEFINITION_LIMITS.fields);
  need(typeof definition.preset === 'string', 'preset', definition.preset, 'a name');
  checkText(definition.text);
  checkBlocks(definition.blocks, fields);
  checkProducts(definition.products, definition.blocks as Members[]);
  checkSize(definition.embeddingSize, 'embeddingSize', DEFINITION_LIMITS.embeddingSize);
  checkOneOf(definition.combiner, 'combiner', ['sum', 'mean', 'sqrtn']);
  const layers = listOf(definition.hiddenLayers, 'hiddenLayers', DEFINITION_LIMITS.hiddenLayers);
  layers.forEach((size, layer) => {
    checkSize(size, `hiddenLayers[${layer}]`, DEFINITION_LIMITS.layerSize);
  });
  checkOutputs(definition);
  checkHead(definition, fields);
  checkDepth(definition.provenance, DEFINITION_LIMITS.provenanceDepth);
  return value as StudentDefinition;
}

function checkVersion(definition: Members): void {
  const hint =
    'The file was made by another version; use the version that wrote it, or train again.';
  const { format, version } = definition;
  if (format !== STUDENT_FORMAT) {
    const message = `student.format: got ${showValue(format)}, expected "${STUDENT_FORMAT}"`;
    throw new StudentError('STUDENT_VERSION', message, { hint });
  }
  if (version !== STUDENT_VERSION) {
    const got = typeof version === 'number' ? `v${version}` : showValue(version);
    const message = `student.version: got ${got}, expected v${STUDENT_VERSION}`;
    throw new StudentError('STUDENT_VERSION', message, { hint });
  }
}

function checkText(value: unknown): void {
  const text = membersOf(value, 'text');
  checkNames(text, 'text', ['tokenizer', 'ngrams'], ['quantities']);
  checkOneOf(text.tokenizer, 'text.tokenizer', Object.keys(TOKENIZERS));
  checkSize(text.ngrams, 'text.ngrams', MAX_NGRAM);
  if (text.quantities === undefined) return;
  need(typeof text.quantities === 'boolean', 'text.quantities', text.quantities, 'true or false');
  const isAllowed = !text.quantities || text.tokenizer === 'default';
  need(isAllowed, 'text.quantities', true, `false with the tokenizer ${text.tokenizer}`);
}

function checkBlocks(value: unknown, fields: readonly string[]): void {
  const blocks = listOf(value, 'blocks', DEFINITION_LIMITS.blocks);
  need(blocks.length > 0, 'blocks', value, 'at least one block');
  const names = new Set<unknown>();
  blocks.forEach((item, index) => {
    const place = `blocks[${index}]`;
    const block = membersOf(item, place);
    const kind = checkOneOf(block.kind, `${place}.kind`, Object.keys(BLOCK_MEMBERS));
    const { required, optional } = BLOCK_MEMBERS[kind as keyof typeof BLOCK_MEMBERS];
    checkNames(block, place, ['name', 'kind', 'fields', 'size', ...required], optional);
    const isName = typeof block.name === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(block.name);
    need(isName, `${place}.name`, block.name, 'letters, digits, _ and -');
    need(!names.has(block.name), `${place}.name`, block.name, 'a name of its own');
    names.add(block.name);
    checkBlockFields(block, place, fields);
    checkSize(block.size, `${place}.size`, DEFINITION_LIMITS.rows);
    if (block.kind === 'ngrams') {
      checkOneOf(block.vocabulary, `${place}.vocabulary`, ['list', 'hash']);
    } else if (block.kind === 'match') checkMatch(block, place, blocks as Members[]);
    else if (block.kind === 'characters') checkLengths(block.lengths, `${place}.lengths`);
    if (block.table !== undefined) checkTable(block, place, blocks.slice(0, index) as Members[]);
  });
}

/** Members of each kind of block beside those that all have. */
const BLOCK_MEMBERS = {
  ngrams: { required: ['vocabulary'], optional: ['table'] },
  characters: { required: ['lengths'], optional: ['table'] },
  cross: { required: [], optional: [] },
  match: { required: [], optional: ['families', 'statistics'] },
} as const;

function checkMatch(block: Members, place: string, blocks: readonly Members[]): void {
  let families: MatchFamily[] = [];
  if (block.families !== undefined) {
    const names = checkTextList(block.families, `${place}.families`, MATCH_FAMILIES.length);
    for (const family of names) checkOneOf(family, `${place}.families`, MATCH_FAMILIES);
    families = names as MatchFamily[];
  }
  const numFixed = numFixedMatchRows({ families });
  need((block.size as number) > numFixed, `${place}.size`, block.size, `more than ${numFixed}`);
  const needsStatistics = families.some((family) => FAMILIES_WITH_STATISTICS.includes(family));
  if (!needsStatistics && block.statistics === undefined) return;
  const lists = blocks
    .filter(({ kind, vocabulary, table }) => kind === 'ngrams' && vocabulary === 'list' && !table)
    .map(({ name }) => String(name));
  checkOneOf(block.statistics, `${place}.statistics`, lists);
}

function checkLengths(value: unknown, place: string): void {
  const lengths = listOf(value, place, 2);
  for (const length of lengths) checkSize(length, place, DEFINITION_LIMITS.characters);
  const inOrder = lengths.length === 2 && (lengths[0] as number) <= (lengths[1] as number);
  need(inOrder, place, value, 'two lengths in order');
}

/** A shared table: of an earlier block that has one, and equal in all that its rows depend on. */
function checkTable(block: Members, place: string, earlier: readonly Members[]): void {
  const owners = earlier.filter(
    ({ kind, size, vocabulary, lengths, table }) =>
      table === undefined &&
      kind === block.kind &&
      size === block.size &&
      vocabulary === block.vocabulary &&
      showValue(lengths) === showValue(block.lengths),
  );
  const names = owners.map(({ name }) => String(name));
  const expected = `an earlier block of its kind and size (${names.join(', ') || 'there is none'})`;
  need(names.includes(block.table as string), `${place}.table`, block.table, expected);
}

function checkBlockFields(block: Members, place: string, fields: readonly string[]): void {
  const used = checkTextList(block.fields, `${place}.fields`, DEFINITION_LIMITS.fields);
  for (const field of used) {
    need(fields.includes(field), `${place}.fields`, field, `one of ${fields.join(', ')}`);
  }
  const isPair = block.kind === 'cross' || block.kind === 'match';
  if (isPair) need(used.length === 2, `${place}.fields`, used, 'two fields');
}

function checkProducts(value: unknown, blocks: readonly Members[]): void {
  const names = blocks.map((block) => block.name);
  listOf(value, 'products', DEFINITION_LIMITS.products).forEach((item, index) => {
    const pair = listOf(item, `products[${index}]`, 2);
    const isPair = pair.length === 2 && pair.every((name) => names.includes(name));
    need(isPair, `products[${index}]`, item, `two of the blocks ${names.join(', ')}`);
  });
}

/** Towers: at least two fields, each with blocks that read it alone, no products, one output. */
function checkHead(definition: Members, fields: readonly string[]): void {
  if (definition.head === undefined) return;
  if (checkOneOf(definition.head, 'head', ['layers', 'towers']) === 'layers') return;
  need(fields.length > 1, 'fields', fields, 'two or more for towers');
  const numBlocks = new Map(fields.map((field) => [field, 0]));
  (definition.blocks as Members[]).forEach((block, index) => {
    const [field, ...others] = block.fields as string[];
    need(others.length === 0, `blocks[${index}].fields`, block.fields, 'one field, for towers');
    numBlocks.set(field, numBlocks.get(field)! + 1);
  });
  const missing = fields.find((field) => numBlocks.get(field) === 0);
  need(missing === undefined, 'blocks', missing, 'a block for every field, for towers');
  const { products, numOutputs, hiddenLayers } = definition;
  const areEqual = new Set(numBlocks.values()).size === 1;
  const isOneWidth = areEqual || (hiddenLayers as unknown[]).length > 0;
  need(
    isOneWidth,
    'hiddenLayers',
    hiddenLayers,
    'layers, as fields have unequal numbers of blocks',
  );
  need((products as unknown[]).length === 0, 'products', products, 'none, for towers');
  need(numOutputs === 1, 'numOutputs', numOutputs, '1, for towers');
}

function checkOutputs(definition: Members): void {
  const { classes, labelRange, numOutputs } = definition;
  checkSize(numOutputs, 'numOutputs', DEFINITION_LIMITS.layerSize);
  const calibration = membersOf(definition.calibration, 'calibration');
  checkNames(calibration, 'calibration', ['temperature'], []);
  const { temperature } = calibration;
  const isTemperature = Number.isFinite(temperature) && (temperature as number) > 0;
  need(isTemperature, 'calibration.temperature', temperature, 'a number above 0');
  if (classes !== undefined) {
    const { length } = checkTextList(classes, 'classes', DEFINITION_LIMITS.layerSize);
    const fits = length === numOutputs || (numOutputs === 1 && length === 2);
    need(fits, 'classes', classes, `${numOutputs} names, as many as outputs`);
  }
  if (labelRange !== undefined) {
    const range = listOf(labelRange, 'labelRange', 2);
    const isRange = range.length === 2 && range.every(Number.isFinite);
    const inOrder = isRange && (range[0] as number) < (range[1] as number);
    need(inOrder, 'labelRange', labelRange, 'two numbers in order');
  }
}

/** Whatever a provenance holds, it must be possible to write it: that takes a call for each level. */
function checkDepth(value: unknown, levelsLeft: number): void {
  if (typeof value !== 'object' || value === null) return;
  need(levelsLeft > 0, 'provenance', value, 'no more than 64 levels');
  for (const member of Object.values(value)) checkDepth(member, levelsLeft - 1);
}

function membersOf(value: unknown, place: string): Members {
  need(
    typeof value === 'object' && value !== null && !Array.isArray(value),
    place,
    value,
    'an object',
  );
  return value as Members;
}

function listOf(value: unknown, place: string, limit: number): unknown[] {
  const isList = Array.isArray(value) && value.length <= limit;
  need(isList, place, value, `a list of at most ${limit}`);
  return value as unknown[];
}

function checkNames(
  members: Members,
  place: string,
  required: readonly string[],
  optional: readonly string[],
): void {
  for (const name of Object.keys(members)) {
    if (required.includes(name) || optional.includes(name)) continue;
    need(false, place, name, `no members but ${[...required, ...optional].join(', ')}`);
  }
  const missing = required.find((name) => members[name] === undefined);
  need(missing === undefined, place, undefined, `member ${missing}`);
}

/** A list of distinct texts that are not empty. */
function checkTextList(value: unknown, place: string, limit: number): string[] {
  const texts = listOf(value, place, limit);
  const areTexts = texts.every((text) => typeof text === 'string' && text !== '');
  const areDistinct = new Set(texts).size === texts.length;
  need(texts.length > 0 && areTexts && areDistinct, place, value, 'one or more distinct names');
  return texts as string[];
}

function checkOneOf(value: unknown, place: string, known: readonly string[]): string {
  need(known.includes(value as string), place, value, `one of ${known.join(', ')}`);
  return value as string;
}

function checkSize(value: unknown, place: string, limit: number): void {
  const isSize = Number.isInteger(value) && (value as number) >= 1 && (value as number) <= limit;
  need(isSize, place, value, `a whole number from 1 to ${limit}`);
}

function need(
  condition: boolean,
  place: string,
  got: unknown,
  expected: string,
): asserts condition {
  if (condition) return;
  const message = `${place}: got ${showValue(got)}, expected ${expected}`;
  throw new StudentError('DEFINITION_INVALID', message);
}
