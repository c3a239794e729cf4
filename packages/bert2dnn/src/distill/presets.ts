// The presets: named recipes for a student's structure and for how it is trained.
import type { StudentDefinition } from '@bert2dnn/student';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import {
  type BlockOptions,
  blockName,
  fieldBlocks,
  matchBlock,
  ngramsBlock,
} from './preset-blocks.js';

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
  /** First values of the n-grams' tables as a share of the fan-in scale. */
  tableStart: number;
  epochs: number;
  /** Occurrences that an n-gram needs to get into a list vocabulary. */
  minCount: number;
}

/**
 * `paper`: the reference code's. The others: large batches, which keep a CPU's matrix units busy, with the rates that
 * go with them; n-grams that occur once are left out, as nothing can be learnt from them about new examples.
 * The n-grams of `bag` and `pair` begin small, because most are met a few times only; towers multiply their vectors, and
 * begin as usual.
 */
export const TRAINING_DEFAULTS: Readonly<Record<Preset, TrainingDefaults>> = {
  paper: {
    batchSize: 128,
    learningRate: 0.01,
    embeddingLearningRate: 0.01,
    initialAccumulator: 0.1,
    tableStart: 1,
    epochs: 3,
    minCount: 1,
  },
  bag: {
    batchSize: 512,
    learningRate: 0.01,
    embeddingLearningRate: 0.05,
    initialAccumulator: 1e-6,
    tableStart: 0.1,
    epochs: 3,
    minCount: 2,
  },
  pair: {
    batchSize: 512,
    learningRate: 0.01,
    embeddingLearningRate: 0.05,
    initialAccumulator: 1e-6,
    tableStart: 0.1,
    epochs: 3,
    minCount: 2,
  },
  tower: {
    batchSize: 512,
    learningRate: 0.01,
    embeddingLearningRate: 0.05,
    initialAccumulator: 1e-6,
    tableStart: 1,
    epochs: 3,
    minCount: 2,
  },
};

/**
 * Outputs of the layers by preset; of `tower` those of each tower. On unseen queries the paper's widths are no better than
 * two layers of 256 and 64, which train faster and score in a quarter of the time: `experiments/pair-student`.
 */
const HIDDEN_LAYERS: Readonly<Record<Preset, readonly number[]>> = {
  paper: [1024, 512, 128, 64],
  bag: [256, 64],
  pair: [256, 64],
  tower: [256, 128],
};

/** Options of a student's structure. */
export interface StructureOptions extends BlockOptions {
  /** Width of every block's vector, default 64. */
  embeddingSize?: number;
  /** Outputs of the layers; default 256, 64; of `paper` 1024, 512, 128, 64; of each tower's 256, 128. */
  hiddenLayers?: number[];
  /** Longest n-gram, 1 to 3, default 2. */
  ngrams?: number;
  /** Hash buckets of crossed words (`pair`), default 65,536: 16 MB of float32 at width 64. */
  crossSize?: number;
  /** Numbers and units get one spelling, see `normalizeQuantities`. Default: `pair` and `tower`. */
  quantities?: boolean;
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
 * the match features and the product of their vectors; crossed words with the second field. `tower`: a bag and layers
 * per field, compared by a dot product.
 * @throws Bert2dnnError USAGE if `pair` or `tower` gets fewer than two fields, and for options that do not fit.
 */
export function presetDefinition(
  preset: Preset,
  fields: readonly string[],
  options: StructureOptions = {},
): StudentDefinition {
  const structure = structureOf(preset, fields, options);
  const quantities = options.quantities ?? (preset === 'pair' || preset === 'tower');
  if (preset === 'paper' && quantities) throw refuse('quantities', 'preset paper splits on spaces');
  return {
    format: 'bert2dnn-student',
    version: 1,
    preset,
    fields: [...fields],
    text: {
      tokenizer: preset === 'paper' ? 'paper' : 'default',
      ngrams: options.ngrams ?? 2,
      ...(quantities && { quantities }),
    },
    ...structure,
    embeddingSize: options.embeddingSize ?? 64,
    combiner: 'sqrtn',
    hiddenLayers: options.hiddenLayers ?? [...HIDDEN_LAYERS[preset]],
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
  const blocks = fieldBlocks(fields, names, options);
  blocks.push({
    name: `${names[0]}-x-${names[1]}`,
    kind: 'cross',
    fields: [fields[0], fields[1]],
    size: options.crossSize ?? 65_536,
  });
  others.forEach((field, index) => {
    const name = names[index + 1];
    const statistics = options.shareTables ? names[0] : name;
    blocks.push({
      ...matchBlock(statistics, options),
      name: `${names[0]}-in-${name}`,
      fields: [fields[0], field],
    });
  });
  return {
    blocks,
    products: others.map((_, index): [string, string] => [names[0], names[index + 1]]),
  };
}

function towerStructure(fields: readonly string[], options: StructureOptions): Structure {
  requireTwoFields('tower', fields);
  if ((options.numOutputs ?? 1) > 1) throw refuse('classes', 'preset tower has one output');
  return {
    blocks: fieldBlocks(fields, fields.map(blockName), {
      ...options,
      shareTables: options.shareTables ?? true,
    }),
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

function refuse(what: string, why: string): Bert2dnnError {
  return new Bert2dnnError('USAGE', `${what}: ${why}`, { hint: 'Take another --preset.' });
}
