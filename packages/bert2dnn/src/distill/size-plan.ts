// A student that fits into a size: fewer rows, narrower vectors and smaller layers, all by one factor, as large as fits.
import {
  isTableName,
  isWeightName,
  numFixedMatchRows,
  type Precision,
  parameterShapes,
  type StudentDefinition,
  tableBlocks,
  Vocabulary,
} from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';
import type { Vocabularies } from './featurize.js';

const BYTES_PER_NUMBER: Readonly<Record<Precision, number>> = { float32: 4, float16: 2, int8: 1 };
/** Beside the numbers of a tensor: its name twice over, type, shape and place in the header, and alignment. */
const TENSOR_HEADER_BYTES = 160;
/** Halvings of the range of the factor; 2^-30 of a student is no row. */
const BISECTIONS = 30;
/** Hashed rows, and n-grams, that a table keeps at the least. */
const MIN_ROWS = 64;
/** Narrow vectors and layers go in steps of what an instruction takes. */
const WIDTH_STEP = 4;
/** Others in steps of a cache line, and of a panel of the kernels, which costs the same if it is half empty. */
const EMBEDDING_STEP = 16;
const LAYER_STEP = 32;

/** What a plan may change, and how much room there is. */
export interface SizePlanOptions {
  /** Most bytes of the whole folder. */
  maxBytes: number;
  /** Bytes of the folder's text files but for the definition. */
  textBytes: number;
  /** How tables and weights will be stored. Default: float32. */
  precision?: Precision;
  /** Whether the widths stay as they are, because somebody asked for them. */
  keeps: { embeddingSize: boolean; hiddenLayers: boolean };
}

/** A student to be trained. */
export interface SizePlan {
  definition: StudentDefinition;
  vocabularies: Vocabularies;
}

/**
 * The largest student of its kind within `maxBytes`. Widths of vectors and hidden layers have the share f of what they were
 * and tables the share f of their rows (the best n-grams of each vocabulary, all fixed match features), so that all parts
 * shrink alike; the room that is left, because widths go in steps, is filled with rows. As given if that fits.
 * @throws Bert2dnnError USAGE if even the smallest is larger.
 */
export function planSize(student: SizePlan, options: SizePlanOptions): SizePlan {
  const { maxBytes, textBytes, precision, keeps } = options;
  const sizeOf = (plan: SizePlan): number => textBytes + studentBytes(plan, precision);
  if (sizeOf(student) <= maxBytes) return student;
  const planOf = (width: number, rows: number): SizePlan => shrink(student, { width, rows, keeps });
  const least = sizeOf(planOf(0, 0));
  if (least > maxBytes) {
    throw new Bert2dnnError(
      'USAGE',
      `maxSize: got ${maxBytes} bytes, expected at least ${least} for preset ${student.definition.preset}`,
      { hint: 'Allow more, give fewer --hidden-layers, or take --preset bag.' },
    );
  }
  const width = largestShare((share) => sizeOf(planOf(share, share)) <= maxBytes);
  const rows = largestShare((share) => sizeOf(planOf(width, share)) <= maxBytes);
  const { definition, vocabularies } = planOf(width, rows);
  return { definition, vocabularies: cutVocabularies(vocabularies, definition) };
}

/** The largest share in 0..1 that fits, if 0 does and whatever is smaller than one that fits. */
function largestShare(fits: (share: number) => boolean): number {
  if (fits(1)) return 1;
  let [low, high] = [0, 1];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Upper bound of the bytes of the student's weights and of its definition as JSON. Of vocabularies that are larger than their
 * block only the first tokens count.
 */
export function studentBytes(
  { definition, vocabularies }: SizePlan,
  precision: Precision = 'float32',
): number {
  let bytes = Buffer.byteLength(JSON.stringify(definition, null, 2));
  for (const [name, shape] of Object.entries(parameterShapes(definition))) {
    bytes += tensorBytes(name, shape, precision);
  }
  for (const block of listBlocks(definition)) {
    const { tokens } = vocabularies[block.name];
    bytes += 2 * TENSOR_HEADER_BYTES + 4 * (block.size + 1);
    for (let id = 0; id < block.size; id++) bytes += Buffer.byteLength(tokens[id]);
  }
  return bytes;
}

/** Bytes of a parameter in the file: biases are float32 always; int8 has a scale for each row of a table, each output else. */
function tensorBytes(name: string, shape: readonly number[], precision: Precision): number {
  const isStored = isTableName(name) || isWeightName(name);
  const width = BYTES_PER_NUMBER[isStored ? precision : 'float32'];
  const bytes = TENSOR_HEADER_BYTES + width * shape.reduce((product, size) => product * size);
  if (!isStored || precision !== 'int8') return bytes;
  return bytes + TENSOR_HEADER_BYTES + 4 * (isTableName(name) ? shape[0] : shape[1]);
}

/** @param shares of widths and of rows, 0..1 */
function shrink(
  student: SizePlan,
  {
    width,
    rows: rowShare,
    keeps,
  }: { width: number; rows: number; keeps: SizePlanOptions['keeps'] },
): SizePlan {
  const { definition } = student;
  const narrower = (full: number, wideStep: number): number => {
    const step = width * full < wideStep ? WIDTH_STEP : wideStep;
    return Math.min(full, Math.max(WIDTH_STEP, step * Math.round((width * full) / step)));
  };
  const blocks = definition.blocks.map((block) => {
    const fixed = block.kind === 'match' ? numFixedMatchRows(block) : 0;
    const rows = Math.max(MIN_ROWS, Math.round(rowShare * (block.size - fixed)));
    return { ...block, size: Math.min(block.size, fixed + rows) };
  });
  const smaller: StudentDefinition = {
    ...definition,
    blocks,
    embeddingSize: keeps.embeddingSize
      ? definition.embeddingSize
      : narrower(definition.embeddingSize, EMBEDDING_STEP),
    hiddenLayers: keeps.hiddenLayers
      ? definition.hiddenLayers
      : definition.hiddenLayers.map((full) => narrower(full, LAYER_STEP)),
  };
  return { definition: smaller, vocabularies: student.vocabularies };
}

/** The first tokens of each list, which are its best; lists that keep all are the same objects. */
function cutVocabularies(vocabularies: Vocabularies, definition: StudentDefinition): Vocabularies {
  return Object.fromEntries(
    listBlocks(definition).map(({ name, size }) => {
      const { tokens } = vocabularies[name];
      const isWhole = size === tokens.length;
      return [name, isWhole ? vocabularies[name] : Vocabulary.fromTokens(tokens.slice(0, size))];
    }),
  );
}

function listBlocks(definition: StudentDefinition) {
  return tableBlocks(definition).filter(
    (block) => block.kind === 'ngrams' && block.vocabulary === 'list',
  );
}
