// The blocks that presets are made of. Which preset has which is in `presets.ts`.
import {
  type BlockDefinition,
  MATCH_FAMILIES,
  type MatchBlockDefinition,
  type MatchFamily,
  numFixedMatchRows,
} from '@bert2dnn/student';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';

/** Options of the blocks. */
export interface BlockOptions {
  /** Most n-grams of a list vocabulary, default 150,000. */
  vocabularySize?: number;
  /** Rows of match features (`pair`), default 32,768. */
  matchSize?: number;
  /** Families of fixed match features (`pair`), of `MATCH_FAMILIES`; default all. */
  matchFamilies?: readonly string[];
  /**
   * Buckets of character n-grams (`pair`, `tower`): a vector of them for each field, from one table. Default 0: none.
   * For misspelt texts; the family `characters` of match features does most of it in less time.
   */
  characterSize?: number;
  /**
   * The fields' n-grams have one table and one vocabulary instead of one each (`pair`, `tower`). Default: `tower` only,
   * which is half the size with it and no worse.
   */
  shareTables?: boolean;
}

/** Blocks that read one field each: its n-grams, and its character n-grams if asked for. */
export function fieldBlocks(
  fields: readonly string[],
  names: readonly string[],
  options: BlockOptions,
): BlockDefinition[] {
  const blocks: BlockDefinition[] = fields.map((field, index) => ({
    ...ngramsBlock(names[index], [field], options),
    ...(index > 0 && options.shareTables && { table: names[0] }),
  }));
  return [...blocks, ...characterBlocks(fields, names, options)];
}

/**
 * Size and families of a match block; `statistics` names the block of the title's n-grams.
 * @throws Bert2dnnError USAGE for an unknown family, or a size that has no room for the fixed features.
 */
export function matchBlock(
  statistics: string,
  { matchFamilies = MATCH_FAMILIES, matchSize: size = 32_768 }: BlockOptions,
): Pick<MatchBlockDefinition, 'kind' | 'size' | 'families' | 'statistics'> {
  const families = [...new Set(matchFamilies)].map(parseFamily);
  const numFixed = numFixedMatchRows({ families });
  if (size <= numFixed) {
    const message = `matchSize: got ${size}, expected more than ${numFixed}, the fixed features`;
    throw new Bert2dnnError('USAGE', message, {
      hint: 'A size of 32768 leaves room for hashed ones; fewer families need fewer rows.',
    });
  }
  return { kind: 'match', size, ...(families.length > 0 && { families, statistics }) };
}

function parseFamily(name: string): MatchFamily {
  const known = MATCH_FAMILIES.find((family) => family === name);
  if (known !== undefined) return known;
  const nearest = findNearestName(name, MATCH_FAMILIES);
  const expected = MATCH_FAMILIES.join(', ');
  throw new Bert2dnnError('USAGE', `matchFamilies: got "${name}", expected ${expected}`, {
    hint: nearest && `Did you mean "${nearest}"?`,
  });
}

/** A block of character n-grams for each field, the first one with the table of all. */
function characterBlocks(
  fields: readonly string[],
  names: readonly string[],
  { characterSize: size = 0 }: BlockOptions,
): BlockDefinition[] {
  if (size === 0) return [];
  return fields.map((field, index) => ({
    name: `${names[index]}-characters`,
    kind: 'characters',
    fields: [field],
    size,
    lengths: [3, 5],
    ...(index > 0 && { table: `${names[0]}-characters` }),
  }));
}

/** The field's own name where a block may have it, else one by its place. */
export function blockName(field: string, index: number): string {
  return /^[A-Za-z0-9_]{1,24}$/.test(field) ? field : `field-${index}`;
}

/** N-grams of fields by a list, as large as asked for until they are counted. */
export function ngramsBlock(
  name: string,
  fields: readonly string[],
  options: BlockOptions,
): BlockDefinition {
  const size = options.vocabularySize ?? 150_000;
  return { name, kind: 'ngrams', fields: [...fields], size, vocabulary: 'list' };
}
