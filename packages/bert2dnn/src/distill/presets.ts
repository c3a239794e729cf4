// The presets: named recipes for a student's structure and for how it is trained.
import {
  type BlockDefinition,
  MATCH_FAMILIES,
  type MatchBlockDefinition,
  type MatchFamily,
  numFixedMatchRows,
  type StudentDefinition,
} from '@bert2dnn/student';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';

/** Names of the presets that can be trained. */
export const PRESETS = ['paper', 'bag', 'pair', 'tower'] as const;

export type Preset = (typeof PRESETS)[number];

/** How a preset is trained, unless options say otherwise. */
export interface TrainingDefaults {
  batchSize: number;
  /** Adagrad's rate for the layers. */
  learningRate: number;
  /** Adagrad's rate for the tables. */
  embeddingLearningRate: number;
  /** Start of Adagrad's accumulators. */
  initialAccumulator: number;
  epochs: number;
  /** Occurrences that an n-gram needs to get into a list vocabulary. */
  minCount: number;
}

/**
 * `paper`: the reference code's. The others: large batches, which keep a CPU's matrix units busy, with the rates that
 * go with them; n-grams that occur once are left out, as nothing can be learnt from them about new examples.
 */
export const TRAINING_DEFAULTS: Readonly<Record<Preset, TrainingDefaults>> = {
  paper: {
    batchSize: 128,
    learningRate: 0.01,
    embeddingLearningRate: 0.01,
    initialAccumulator: 0.1,
    epochs: 3,
    minCount: 1,
  },
  bag: {
    batchSize: 512,
    learningRate: 0.01,
    embeddingLearningRate: 0.05,
    initialAccumulator: 1e-6,
    epochs: 3,
    minCount: 2,
  },
  pair: {
    batchSize: 512,
    learningRate: 0.01,
    embeddingLearningRate: 0.05,
    initialAccumulator: 1e-6,
    epochs: 3,
    minCount: 2,
  },
  tower: {
    batchSize: 512,
    learningRate: 0.01,
    embeddingLearningRate: 0.05,
    initialAccumulator: 1e-6,
    epochs: 3,
    minCount: 2,
  },
};

/** Families that `pair` has unless options say otherwise. */
export const DEFAULT_MATCH_FAMILIES: readonly string[] = MATCH_FAMILIES;

/** Options of a student's structure; the defaults are the paper's. */
export interface StructureOptions {
  /** Most n-grams of a list vocabulary, default 150,000. */
  vocabularySize?: number;
  /** Width of every block's vector, default 64. */
  embeddingSize?: number;
  /** Outputs of the layers, default 1024, 512, 128, 64. */
  hiddenLayers?: number[];
  /** Longest n-gram, 1 to 3, default 2. */
  ngrams?: number;
  /** Hash buckets of crossed words (`pair`), default 65,536: 16 MB of float32 at width 64. */
  crossSize?: number;
  /** Rows of match features (`pair`), default 32,768. */
  matchSize?: number;
  /** Numbers and units get one spelling, see `normalizeQuantities`. */
  quantities?: boolean;
  /** Families of fixed match features (`pair`), of `MATCH_FAMILIES`. */
  matchFamilies?: readonly string[];
  /** Buckets of character n-grams (`pair`): a vector of them for each field, from one table; 0 for none. */
  characterSize?: number;
  /** The fields' n-grams have one table and one vocabulary (`pair`) instead of one each. Default false. */
  shareTables?: boolean;
  /** 1 for a logit, C for classes; default 1. */
  numOutputs?: number;
  /** Names of the classes. */
  classes?: string[];
  /** Grades that 0 and 1 stand for. */
  labelRange?: [number, number];
}

/** The preset for examples with these fields: `pair` for two or more, `bag` for one text. */
export function defaultPreset(fields: readonly string[]): Preset {
  return fields.length > 1 ? 'pair' : 'bag';
}

/** @throws Bert2dnnError USAGE for a name that is no preset, with the nearest one as hint. */
export function parsePreset(name: string): Preset {
  const known = PRESETS.find((preset) => preset === name);
  if (known !== undefined) return known;
  const nearest = findNearestName(name, PRESETS);
  throw new Bert2dnnError('USAGE', `preset: got "${name}", expected ${PRESETS.join(', ')}`, {
    hint: nearest && `Did you mean "${nearest}"?`,
  });
}

/**
 * The student that a preset makes of examples with these fields. Sizes of list vocabularies are upper limits until
 * the n-grams are counted.
 * `paper` and `bag`: one bag of all fields. `pair`: a bag per field; of the first field (the query) with each other one
 * the match features and the product of their vectors; crossed words with the second field.
 * @throws Bert2dnnError USAGE if `pair` gets fewer than two fields.
 */
export function presetDefinition(
  preset: Preset,
  fields: readonly string[],
  options: StructureOptions = {},
): StudentDefinition {
  const structure = structureOf(preset, fields, options);
  return {
    format: 'bert2dnn-student',
    version: 1,
    preset,
    fields: [...fields],
    text: {
      tokenizer: preset === 'paper' ? 'paper' : 'default',
      ngrams: options.ngrams ?? 2,
      ...((options.quantities ?? (preset === 'pair' || preset === 'tower')) && {
        quantities: true,
      }),
    },
    ...structure,
    embeddingSize: options.embeddingSize ?? 64,
    combiner: 'sqrtn',
    hiddenLayers: options.hiddenLayers ?? (preset === 'tower' ? [256, 128] : [1024, 512, 128, 64]),
    numOutputs: options.numOutputs ?? 1,
    ...(options.classes && { classes: options.classes }),
    calibration: { temperature: 1 },
    ...(options.labelRange && { labelRange: options.labelRange }),
  };
}

type Structure = Pick<StudentDefinition, 'blocks' | 'products' | 'head'>;

function structureOf(
  preset: Preset,
  fields: readonly string[],
  options: StructureOptions,
): Structure {
  if (preset === 'pair') return pairStructure(fields, options);
  return preset === 'tower' ? towerStructure(fields, options) : bagStructure(fields, options);
}

function bagStructure(fields: readonly string[], options: StructureOptions): Structure {
  return { blocks: [ngramsBlock('bag', fields, options)], products: [] };
}

function pairStructure(fields: readonly string[], options: StructureOptions): Structure {
  requireTwoFields('pair', fields);
  const names = fields.map(blockName);
  const others = fields.slice(1);
  const { crossSize = 65_536, matchSize = 32_768 } = options;
  const blocks = fieldBlocks(fields, names, options);
  blocks.push({
    name: `${names[0]}-x-${names[1]}`,
    kind: 'cross',
    fields: [fields[0], fields[1]],
    size: crossSize,
  });
  others.forEach((field, index) => {
    const { families, statistics } = matchFamilies(
      options,
      names[options.shareTables ? 0 : index + 1],
    );
    requireMatchSize(matchSize, families);
    blocks.push({
      name: `${names[0]}-in-${names[index + 1]}`,
      kind: 'match',
      fields: [fields[0], field],
      size: matchSize,
      ...(families && { families, statistics }),
    });
  });
  return {
    blocks,
    products: others.map((_, index): [string, string] => [names[0], names[index + 1]]),
  };
}

/** Blocks that read one field each: its n-grams, and its character n-grams if asked for. */
function fieldBlocks(
  fields: readonly string[],
  names: readonly string[],
  options: StructureOptions,
): BlockDefinition[] {
  const blocks: BlockDefinition[] = fields.map((field, index) => ({
    ...ngramsBlock(names[index], [field], options),
    ...(index > 0 && options.shareTables && { table: names[0] }),
  }));
  return [...blocks, ...characterBlocks(fields, names, options)];
}

function towerStructure(fields: readonly string[], options: StructureOptions): Structure {
  requireTwoFields('tower', fields);
  return {
    blocks: fieldBlocks(fields, fields.map(blockName), options),
    products: [],
    head: 'towers',
  };
}

function requireTwoFields(preset: Preset, fields: readonly string[]): void {
  if (fields.length >= 2) return;
  throw new Bert2dnnError(
    'USAGE',
    `preset ${preset}: got the field ${fields.join(', ')} alone, expected a query field and at least one other`,
    { hint: 'Name the fields with --fields query=COLUMN,title=COLUMN, or take --preset bag.' },
  );
}

/** What a match block has beside its fields and size; `vocabulary` names the block of the title's n-grams. */
function matchFamilies(
  { matchFamilies: names = DEFAULT_MATCH_FAMILIES }: StructureOptions,
  vocabulary: string,
): Pick<MatchBlockDefinition, 'families' | 'statistics'> {
  if (names.length === 0) return {};
  const families = names.map((name) => {
    const known = MATCH_FAMILIES.find((family) => family === name);
    if (known !== undefined) return known;
    const nearest = findNearestName(name, MATCH_FAMILIES);
    const expected = MATCH_FAMILIES.join(', ');
    throw new Bert2dnnError('USAGE', `matchFamilies: got "${name}", expected ${expected}`, {
      hint: nearest && `Did you mean "${nearest}"?`,
    });
  });
  return { families, statistics: vocabulary };
}

function requireMatchSize(matchSize: number, families: MatchFamily[] | undefined): void {
  const numFixed = numFixedMatchRows({ families });
  if (matchSize > numFixed) return;
  const message = `matchSize: got ${matchSize}, expected more than ${numFixed}, the fixed features`;
  throw new Bert2dnnError('USAGE', message, {
    hint: 'A size of 32768 leaves room for hashed ones; fewer families need fewer rows.',
  });
}

/** A block of character n-grams for each field, the first one with the table of all. */
function characterBlocks(
  fields: readonly string[],
  names: readonly string[],
  { characterSize: size = 0 }: StructureOptions,
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
function blockName(field: string, index: number): string {
  return /^[A-Za-z0-9_]{1,24}$/.test(field) ? field : `field-${index}`;
}

function ngramsBlock(
  name: string,
  fields: readonly string[],
  options: StructureOptions,
): BlockDefinition {
  const size = options.vocabularySize ?? 150_000;
  return { name, kind: 'ngrams', fields: [...fields], size, vocabulary: 'list' };
}
