// Runs an exported model with ONNX Runtime, fed from examples. For tests.
import { type Example, Featurizer, type Student, tokenizerOf } from '@bert2dnn/student';
import type { InferenceSession, Tensor } from 'onnxruntime-node';

// Before the library is loaded: it reports its use otherwise.
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
const { default: ort } = await import('onnxruntime-node');

type Feeds = Record<string, Tensor>;

/** Opens a model; what fails is thrown, so nothing is logged. */
export function openOnnx(bytes: Uint8Array): Promise<InferenceSession> {
  return ort.InferenceSession.create(bytes, { intraOpNumThreads: 2, logSeverityLevel: 4 });
}

/** Inputs of the form `ids`. */
export function idFeeds(student: Student, examples: readonly (readonly string[])[]): Feeds {
  const { definition, vocabularies } = student;
  const featurizer = new Featurizer(definition, vocabularies);
  const buffer = featurizer.createBuffer();
  for (const example of examples) featurizer.featurize(example, buffer);
  const feeds: Feeds = {};
  definition.blocks.forEach(({ name }, index) => {
    const { ids, offsets, numIds, numExamples } = buffer.blocks[index];
    feeds[`ids_${name}`] = int64(ids.subarray(0, numIds));
    feeds[`offsets_${name}`] = int64(offsets.subarray(0, numExamples + 1));
  });
  return feeds;
}

/** Inputs of the form `text`. */
export function textFeeds(
  { definition }: Student,
  examples: readonly (readonly string[])[],
): Feeds {
  return Object.fromEntries(
    definition.fields.map((field, index) => {
      const texts = examples.map((example) => example[index]);
      return [`text_${field}`, new ort.Tensor('string', texts, [texts.length])];
    }),
  );
}

/** Inputs of the form `words`, padded to the longest text of each field. */
export function wordFeeds(
  { definition }: Student,
  examples: readonly (readonly string[])[],
): Feeds {
  const tokenizer = tokenizerOf(definition.text);
  return Object.fromEntries(
    definition.fields.map((field, index) => {
      const rows = examples.map((example) => tokenizer.splitWords(example[index]));
      const width = Math.max(0, ...rows.map((words) => words.length));
      const padded = rows.flatMap((words) => [
        ...words,
        ...new Array<string>(width - words.length).fill(''),
      ]);
      return [`words_${field}`, new ort.Tensor('string', padded, [rows.length, width])];
    }),
  );
}

/** Largest difference of the model's logits from the student's, relative to those above 1. */
export async function largestError(
  session: InferenceSession,
  feeds: Feeds,
  { student, examples }: { student: Student; examples: readonly Example[] },
): Promise<number> {
  const { logit } = await session.run(feeds);
  const got = logit.data as Float32Array;
  const expected = student.logits(examples);
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((worst, value, index) => {
    const error = Math.abs(value - got[index]) / Math.max(1, Math.abs(value));
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
  }, 0);
}

function int64(values: Int32Array): Tensor {
  return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
}
