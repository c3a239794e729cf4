// Texts or words as inputs of a model: n-grams are made and looked up inside, with standard operators on strings.
// For students of listed n-grams only: no operator takes a string apart into characters, so nothing can be hashed.
import { int, ints, type OnnxBuilder, type OnnxValueInfo, text, texts } from '@bert2dnn/autodiff';
import {
  type BlockDefinition,
  embeddingName,
  type Student,
  type StudentDefinition,
  tableOf,
  tokenizerOf,
} from '@bert2dnn/student';
import { combineSums } from './id-bags.js';
import { concatColumns, type StoredTensors, sizeOfAxis, sliceAxis } from './stored-tensors.js';

/** Words of one field: a matrix of strings and how many of each row are words. */
interface WordMatrix {
  /** [B, W], padded with anything. */
  words: string;
  /** [B, 1] */
  counts: string;
}

/** N-grams of one field: strings [B, K], and whether each is one, [B, K] bool. */
interface TokenMatrix {
  tokens: string;
  isToken: string;
}

/** Input of a field: `text_<field>` [B], or `words_<field>` [B, W] padded with "" at the end. */
export function textInputs({ fields }: StudentDefinition, form: 'text' | 'words'): OnnxValueInfo[] {
  return fields.map((field) => ({
    name: `${form}_${field}`,
    shape: form === 'text' ? ['batch'] : ['batch', `num_words_${field}`],
    dtype: 'string',
  }));
}

/** Vectors [B, D] by block name, of a student whose blocks are all listed n-grams. */
export function textBags(
  builder: OnnxBuilder,
  tensors: StoredTensors,
  { student, form }: { student: Student; form: 'text' | 'words' },
): Map<string, string> {
  const { definition, vocabularies } = student;
  const { marks } = tokenizerOf(definition.text);
  const fieldTokens = new Map<string, TokenMatrix>();
  for (const field of definition.fields) {
    const input = `${form}_${field}`;
    const words = form === 'text' ? splitPaperWords(builder, input) : countWords(builder, input);
    fieldTokens.set(field, makeNgrams(builder, words, { marks, highest: definition.text.ngrams }));
  }
  const vectors = new Map<string, string>();
  for (const blocks of blocksByTable(definition).values()) {
    const { tokens } = vocabularies[tableOf(blocks[0])];
    const matrices = blocks.map(({ fields }) =>
      concatTokens(
        builder,
        fields.map((field) => fieldTokens.get(field)!),
      ),
    );
    lookUp(builder, tokens, matrices).forEach((ids, index) => {
      vectors.set(
        blocks[index].name,
        sumRows(builder, tensors, { ids, definition, block: blocks[index] }),
      );
    });
  }
  return vectors;
}

/** Blocks by the name of their table, so that a vocabulary is written once. */
function blocksByTable({ blocks }: StudentDefinition): Map<string, BlockDefinition[]> {
  const byTable = new Map<string, BlockDefinition[]>();
  for (const block of blocks) {
    byTable.set(tableOf(block), [...(byTable.get(tableOf(block)) ?? []), block]);
  }
  return byTable;
}

/** Words of the tokenizer `paper`: A to Z in lower case, split at each space; an empty text is one empty word. */
function splitPaperWords(builder: OnnxBuilder, input: string): WordMatrix {
  // The locale C is everywhere and knows A to Z. Others, where they are installed, change letters one by one.
  const lower = builder.node('StringNormalizer', [input], {
    case_change_action: text('LOWER'),
    is_case_sensitive: int(1),
    locale: text('C'),
  })[0];
  const [words, counts] = builder.node('StringSplit', [lower], { delimiter: text(' ') }, 2);
  // StringSplit gives no word for an empty text, and no column if all are.
  const atLeastOne = builder.node('Max', [counts, builder.integers([1])])[0];
  const column = builder.node('Unsqueeze', [atLeastOne, builder.integers([1])])[0];
  return {
    words: concatColumns(builder, [words, fillColumn(builder, column, '')]),
    counts: column,
  };
}

function countWords(builder: OnnxBuilder, words: string): WordMatrix {
  const isEmpty = builder.node('Equal', [words, builder.texts([''], [])])[0];
  const isWord = builder.cast(builder.node('Not', [isEmpty])[0], 'int64');
  return { words, counts: builder.node('ReduceSum', [isWord, builder.integers([1])])[0] };
}

/** N-grams as `ngrams` of the student makes them; a row without words has none. */
function makeNgrams(
  builder: OnnxBuilder,
  { words, counts }: WordMatrix,
  { marks, highest }: { marks: { start: string; end: string }; highest: number },
): TokenMatrix {
  const spaced = concatColumns(builder, [words, fillColumn(builder, counts, '')]);
  const isInside = isBefore(builder, spaced, counts);
  const ended = builder.node('Where', [isInside, spaced, builder.texts([marks.end], [])])[0];
  const unigrams: TokenMatrix = { tokens: ended, isToken: isInside };
  if (highest === 1) return unigrams;
  const marked = concatColumns(builder, [fillColumn(builder, counts, marks.start), ended]);
  const orders = [unigrams];
  let longest = marked;
  // Those of n words that begin at place p of the marked words end at p + n - 1, at most at the end mark's place.
  for (let length = 2; length <= highest; length++) {
    const heads = sliceAxis(builder, longest, { axis: 1, end: -1 });
    const tails = sliceAxis(builder, marked, { axis: 1, start: length - 1 });
    longest = joinWords(builder, heads, tails);
    orders.push({
      tokens: longest,
      isToken: isBefore(builder, longest, ngramCounts(builder, counts, length)),
    });
  }
  return concatTokens(builder, orders);
}

/** A column [B, 1] of one text, as long as the column `counts`. */
function fillColumn(builder: OnnxBuilder, counts: string, value: string): string {
  // Where broadcasts: nothing but its shape is taken from the condition.
  const always = builder.node('Equal', [counts, counts])[0];
  const constant = builder.texts([value], []);
  return builder.node('Where', [always, constant, constant])[0];
}

/** N-grams of `length` words in marked texts of so many words: 3 - length more than words; no words, no n-grams. */
function ngramCounts(builder: OnnxBuilder, counts: string, length: number): string {
  const more = builder.node('Add', [counts, builder.integers([3 - length])])[0];
  const hasWords = builder.node('Greater', [counts, builder.integers([0])])[0];
  return builder.node('Where', [hasWords, more, builder.integers([0])])[0];
}

function joinWords(builder: OnnxBuilder, heads: string, tails: string): string {
  const spaced = builder.node('StringConcat', [heads, builder.texts([' '], [])])[0];
  return builder.node('StringConcat', [spaced, tails])[0];
}

/** Bool [B, K]: whether a column's number is below its row's count [B, 1]. */
function isBefore(builder: OnnxBuilder, matrix: string, counts: string): string {
  const scalar = (value: string): string => builder.node('Squeeze', [value])[0];
  const size = scalar(sizeOfAxis(builder, matrix, 1));
  const zero = builder.constant([0], [], 'int64');
  const one = builder.constant([1], [], 'int64');
  return builder.node('Less', [builder.node('Range', [zero, size, one])[0], counts])[0];
}

function concatTokens(builder: OnnxBuilder, parts: readonly TokenMatrix[]): TokenMatrix {
  return {
    tokens: concatColumns(
      builder,
      parts.map(({ tokens }) => tokens),
    ),
    isToken: concatColumns(
      builder,
      parts.map(({ isToken }) => isToken),
    ),
  };
}

/** Ids [B, K] of each matrix's tokens, -1 where there is none; one look-up for all of them. */
function lookUp(
  builder: OnnxBuilder,
  vocabulary: readonly string[],
  matrices: readonly TokenMatrix[],
): string[] {
  const { tokens, isToken } = concatTokens(builder, matrices);
  const found = builder.mlNode('LabelEncoder', [tokens], {
    keys_strings: texts(vocabulary),
    values_int64s: ints(vocabulary.map((_, id) => id)),
    default_int64: int(-1),
  });
  const ids = builder.node('Where', [isToken, found, builder.integers([-1])])[0];
  if (matrices.length === 1) return [ids];
  const sizes = matrices.map((matrix) => sizeOfAxis(builder, matrix.tokens, 1));
  const splits = builder.node('Concat', sizes, { axis: int(0) })[0];
  return builder.node('Split', [ids, splits], { axis: int(1) }, matrices.length);
}

/** Vectors [B, D] of bags given as ids [B, K], where -1 is no id. */
function sumRows(
  builder: OnnxBuilder,
  tensors: StoredTensors,
  {
    ids,
    block,
    definition,
  }: { ids: string; block: BlockDefinition; definition: StudentDefinition },
): string {
  const zero = builder.constant([0], [], 'int64');
  const isKnown = builder.cast(builder.node('GreaterOrEqual', [ids, zero])[0], 'float32');
  const rows = tensors.rows(embeddingName(tableOf(block)), builder.node('Max', [ids, zero])[0]);
  // [B, 1, K] x [B, K, D]: rows of no id times 0.
  const weights = builder.node('Unsqueeze', [isKnown, builder.integers([1])])[0];
  const sums = builder.node('MatMul', [weights, rows])[0];
  const sum = builder.node('Squeeze', [sums, builder.integers([1])])[0];
  const counts = builder.node('ReduceSum', [isKnown, builder.integers([1])])[0];
  return combineSums(builder, sum, { counts, combiner: definition.combiner });
}
