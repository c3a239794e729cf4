// A classifier or encoder as ONNX model made elsewhere, by Optimum, sentence-transformers or another exporter: its
// inputs and outputs are read from the model and from one run of it.
import { AutodiffError, OnnxSession } from '@bert2dnn/autodiff';
import { Bert2dnnError } from '../foundation/errors.js';
import { type BatchFeeds, type BatchModel, joinColumns } from './batch-model.js';
import { type Pooling, poolTokens } from './embedding.js';

/** Options of `openOnnxModel`. */
export interface OnnxModelOptions {
  threads: number;
  /** Gives a vector a row, with `only` in place of the logits. */
  embeddings?: { pooling?: Pooling; only?: boolean };
  /** Position of a row's first token, for a model that takes positions. Default 0. */
  positionOffset?: number;
}

const KNOWN_INPUTS: readonly string[] = [
  'input_ids',
  'attention_mask',
  'token_type_ids',
  'position_ids',
];
const INTEGERS: readonly string[] = ['int64', 'int32'];

/**
 * Opens an ONNX file, or the bytes of one, that maps token batches to logits [B] or [B, C], or to vectors. Vectors are
 * `sentence_embedding` [B, D] or, where a pooling is asked for or it is not there, pooled from `token_embeddings` or
 * `last_hidden_state` [B, S, D]. A model without logits gives vectors alone.
 * @throws Bert2dnnError TEACHER_INVALID for an input that is no token array or outputs that are not what is wanted.
 */
export async function openOnnxModel(
  source: string | Uint8Array,
  options: OnnxModelOptions,
): Promise<BatchModel> {
  const file = typeof source === 'string' ? source : 'ONNX model';
  const { threads, embeddings, positionOffset = 0 } = options;
  const session = await OnnxSession.create(source, { threads }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Bert2dnnError('TEACHER_INVALID', `${file}: ${reason}`, { cause });
  });
  try {
    checkInputs(file, session);
    const outputs = await probeOutputs({ file, session, positionOffset });
    const logits = embeddings?.only === true ? undefined : findLogits(outputs);
    if (logits === undefined && embeddings === undefined) throw noLogits(file, outputs);
    const vectors = embeddings && findVectors(file, outputs, embeddings.pooling);
    return createModel({ session, positionOffset, logits, vectors });
  } catch (error) {
    await session.release();
    throw error;
  }
}

interface ModelParts {
  session: OnnxSession;
  positionOffset: number;
  logits: { name: string; width: number } | undefined;
  /** `pooling` where the output has a vector a token. */
  vectors: { name: string; width: number; pooling: Pooling | undefined } | undefined;
}

function createModel({ session, positionOffset, logits, vectors }: ModelParts): BatchModel {
  const numOutputs = logits?.width ?? 0;
  const embeddingSize = vectors?.width;
  const wanted = [logits, vectors].flatMap((output) => (output === undefined ? [] : output.name));
  return {
    numOutputs,
    embeddingSize,
    async run(feeds) {
      const results = await session.run(pickFeeds(session, feeds, positionOffset), wanted);
      const found = vectors && results[vectors.name];
      const pooled =
        vectors?.pooling && poolTokens(vectors.pooling, found!, feeds['attention_mask']);
      return joinColumns(logits && results[logits.name].data, pooled ?? found?.data, {
        numOutputs,
        embeddingSize,
      });
    },
    release: () => session.release(),
  };
}

function checkInputs(file: string, { inputs, inputNames }: OnnxSession): void {
  const unknown = inputNames.find((name) => !KNOWN_INPUTS.includes(name));
  if (unknown !== undefined || !inputNames.includes('input_ids')) {
    throw new Bert2dnnError(
      'TEACHER_INVALID',
      `${file}: the inputs are ${inputNames.join(', ')}, expected input_ids and at most ${KNOWN_INPUTS.join(', ')}`,
      { hint: 'Export the model for text classification, with dynamic batch and sequence.' },
    );
  }
  for (const { name, type, shape } of inputs) {
    if (!INTEGERS.includes(type)) {
      throw new Bert2dnnError(
        'TEACHER_INVALID',
        `${file}: input "${name}" is ${type}, expected ${INTEGERS.join(' or ')}`,
      );
    }
    if (shape.length === 2 && shape.every((dim) => typeof dim === 'string')) continue;
    throw new Bert2dnnError(
      'TEACHER_INVALID',
      `${file}: input "${name}" has shape [${shape.join(', ')}], expected batch and sequence of any size`,
      { hint: 'Export the model again with dynamic axes for both.' },
    );
  }
}

/** A model takes only what it declares; positions are counted here. */
function pickFeeds(session: OnnxSession, feeds: BatchFeeds, positionOffset: number): BatchFeeds {
  const { shape } = feeds['input_ids'];
  const [B, S] = shape;
  const positions = (): Int32Array =>
    Int32Array.from({ length: B * S }, (_, index) => positionOffset + (index % S));
  return Object.fromEntries(
    session.inputNames.map((name) => [
      name,
      name === 'position_ids' ? { data: positions(), shape } : feeds[name],
    ]),
  );
}

/** Shapes of an output for a few rows of tokens: what the file declares is often symbolic. */
interface ProbedOutput {
  name: string;
  /** For 2 rows of 3 tokens. */
  shape: readonly number[];
  /** What it gives: a value or some a row (`rows`), a vector a token (`tokens`), neither. */
  kind: 'rows' | 'tokens' | 'other';
  /** Values a row or token. */
  width: number;
}

/** Runs 2 rows of 3 and of 4 tokens: what does not follow the tokens is a width. */
async function probeOutputs(place: {
  file: string;
  session: OnnxSession;
  positionOffset: number;
}): Promise<ProbedOutput[]> {
  const { file, session, positionOffset } = place;
  const shapesFor = async (S: number): Promise<(readonly number[])[]> => {
    const feed = (value: number) => ({ data: new Int32Array(2 * S).fill(value), shape: [2, S] });
    const feeds = { input_ids: feed(0), attention_mask: feed(1), token_type_ids: feed(0) };
    const results = await session.run(pickFeeds(session, feeds, positionOffset));
    return session.outputNames.map((name) => results[name].shape);
  };
  try {
    const [shorter, longer] = [await shapesFor(3), await shapesFor(4)];
    return session.outputNames.map((name, index) => describe(name, shorter[index], longer[index]));
  } catch (cause) {
    if (!(cause instanceof AutodiffError)) throw cause;
    throw new Bert2dnnError(
      'TEACHER_INVALID',
      `${file}: fails on 2 rows of 3 tokens (${cause.message}), expected batch and sequence of any size`,
      { hint: 'Export the model again with dynamic axes for both.', cause },
    );
  }
}

function describe(name: string, shape: readonly number[], longer: readonly number[]): ProbedOutput {
  const width = shape.length === 1 ? 1 : shape.at(-1)!;
  const startsWith = (...expected: number[]): boolean =>
    expected.every((size, axis) => shape[axis] === size);
  if (shape.length <= 2 && startsWith(2) && shape.join() === longer.join()) {
    return { name, shape, kind: 'rows', width };
  }
  const isTokens = shape.length === 3 && startsWith(2, 3) && longer.join() === [2, 4, width].join();
  return { name, shape, kind: isTokens ? 'tokens' : 'other', width };
}

/** Outputs that are a row's vector, under the names that exporters give them. */
const VECTOR_NAMES: readonly string[] = ['sentence_embedding', 'pooler_output', 'pooled_output'];
const TOKEN_NAMES: readonly string[] = ['token_embeddings', 'last_hidden_state'];

/** The output `logits`, or the only one that has values a row and is no vector by its name. */
function findLogits(outputs: readonly ProbedOutput[]): ProbedOutput | undefined {
  const ofRows = outputs.filter(({ kind }) => kind === 'rows');
  const named = ofRows.find(({ name }) => name === 'logits');
  const others = ofRows.filter(({ name }) => !VECTOR_NAMES.includes(name));
  return named ?? (others.length === 1 ? others[0] : undefined);
}

function findVectors(
  file: string,
  outputs: readonly ProbedOutput[],
  pooling: Pooling | undefined,
): NonNullable<ModelParts['vectors']> {
  const whole = outputs.find(({ name, kind }) => name === VECTOR_NAMES[0] && kind === 'rows');
  if (whole !== undefined && pooling === undefined) return { ...whole, pooling: undefined };
  const ofTokens = outputs.filter(({ kind }) => kind === 'tokens');
  const tokens =
    ofTokens.find(({ name }) => TOKEN_NAMES.includes(name)) ??
    (ofTokens.length === 1 ? ofTokens[0] : undefined);
  if (tokens !== undefined) return { ...tokens, pooling: pooling ?? 'mean' };
  throw new Bert2dnnError(
    'TEACHER_INVALID',
    `${file}: the outputs are ${listOutputs(outputs)}, expected ${whole === undefined ? 'sentence_embedding [B, D] or ' : ''}last_hidden_state [B, S, D] for vectors`,
    {
      hint:
        whole === undefined
          ? 'Export the encoder, for feature extraction.'
          : 'The model pools by itself: leave out --pooling.',
    },
  );
}

function noLogits(file: string, outputs: readonly ProbedOutput[]): Bert2dnnError {
  return new Bert2dnnError(
    'TEACHER_INVALID',
    `${file}: the outputs are ${listOutputs(outputs)}, expected logits [B, C], by that name or as the only one of that shape`,
    {
      hint: 'Export the classifier with its head (task text-classification), or take the vectors of an encoder: score --embeddings.',
    },
  );
}

function listOutputs(outputs: readonly ProbedOutput[]): string {
  const described = outputs.map(({ name, shape }) => `"${name}" [${shape.join(', ')}]`);
  return `${described.join(', ')} for 2 rows of 3 tokens`;
}
