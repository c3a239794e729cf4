// A student ready to score: definition, vocabularies and parameters together. Reading and writing: `format/`.
import { StudentError } from '../errors.js';
import { createExecutor } from '../executors/create-executor.js';
import { EXECUTOR_CHOICES, type Executor, type ExecutorChoice } from '../executors/executor.js';
import type { ExplainOptions, Explanation } from '../explain/explanation.js';
import type { FeatureBuffer } from '../features/feature-buffer.js';
import { Featurizer } from '../features/featurizer.js';
import type { Vocabulary } from '../features/vocabulary.js';
import { sigmoid, softmax } from '../kernels/probabilities.js';
import type { KernelMemory } from '../wasm/kernel-modules.js';
import { checkDefinition } from './check-definition.js';
import { checkParameters } from './check-parameters.js';
import type { StudentDefinition } from './definition.js';
import { cutTexts, type Example, exampleTexts } from './example.js';
import { fieldVector } from './field-vector.js';
import { SCORE_BIAS } from './parameters.js';
import { bestFirst, candidateTexts, type Ranked } from './rank.js';
import { type Precision, precisionOf, type StoredParameters } from './stored-parameters.js';
import { towerLogit, towerWidth } from './towers.js';

/** What a student says of one example. */
export interface Score {
  /** One output: calibrated probability of a positive. Classes: probability of the most probable one. */
  score: number;
  /** Raw output, uncalibrated: the only one, or that of the most probable class. */
  logit: number;
  /** Name of the most probable class, where the definition names them. */
  label?: string;
  /** All raw outputs and probabilities, where there are several. */
  logits?: number[];
  probabilities?: number[];
}

/** What a student is made of. */
export interface StudentParts {
  definition: StudentDefinition;
  /** By block name, for each block with a `list` vocabulary. */
  vocabularies: Readonly<Record<string, Vocabulary>>;
  /** By the names of `parameterShapes`; kept, not copied, so that a trainer may go on changing them if they are float32. */
  parameters: StoredParameters;
}

/** How a student is run. */
export interface StudentOptions {
  /**
   * What computes. Default `auto`, the fastest that this machine has, for a student that is loaded, and `reference` for
   * one that is made of parts, whose parameters may go on changing. Others than `reference` copy parts that are given, or
   * tables in bytes that are given; a file that is read itself is read to where they work.
   */
  executor?: ExecutorChoice;
  /**
   * Longest text in UTF-16 units: of a longer one the first part is scored, so that no text costs more than this one.
   * Default 65,536.
   */
  maxTextLength?: number;
}

/** What a loader knows beside the options. */
export interface LoaderOptions extends StudentOptions {
  /** The memory that the parameters are views of: the executor's from now on. */
  memory?: KernelMemory | undefined;
}

/** Default of `StudentOptions.maxTextLength`. */
export const MAX_TEXT_LENGTH = 65_536;

/** Examples scored at once, so that scratch stays small. */
const BATCH_SIZE = 64;

/** An n-gram student. Holds scratch: one per thread, and no two calls at once. */
export class Student {
  readonly definition: StudentDefinition;
  readonly vocabularies: Readonly<Record<string, Vocabulary>>;
  readonly parameters: StoredParameters;
  /** How tables and weights are stored. */
  readonly precision: Precision;
  /** Longest text that is read, in UTF-16 units. */
  readonly maxTextLength: number;
  private readonly featurizer: Featurizer;
  private readonly features: FeatureBuffer;
  private readonly runner: Executor;
  /** Texts of the example at hand. */
  private readonly texts: string[] = [];

  /** @see createStudent, which checks parts and options first. */
  constructor(parts: StudentParts, options: LoaderOptions = {}) {
    const { definition, vocabularies, parameters } = parts;
    this.maxTextLength = options.maxTextLength ?? MAX_TEXT_LENGTH;
    this.definition = definition;
    this.vocabularies = vocabularies;
    const { executor = 'reference', memory } = options;
    this.featurizer = new Featurizer(definition, vocabularies, executor === 'reference');
    this.features = this.featurizer.createBuffer();
    this.precision = storedPrecision(parameters);
    this.runner = createExecutor(definition, parameters, executor, memory);
    this.parameters = this.runner.parameters;
  }

  /** What computes: `reference`, or instructions and numbers: `simd-f32`, `simd-f16`, `simd-int8`, `relaxed-int8`. */
  get executor(): string {
    return this.runner.name;
  }

  /**
   * Scores one example: texts by field name, or in the order of the fields.
   * @throws {StudentError} EXAMPLE_INVALID if a field is missing, unknown or no text; SCORE_NOT_FINITE if the student's
   * numbers overflow on it.
   */
  score(example: Example): Score {
    this.features.clear();
    this.featurizer.featurize(this.textsOf(example, 0), this.features);
    const logits = this.runner.run(this.features);
    checkFinite(logits, this.definition.numOutputs);
    return this.describe(logits, 0);
  }

  /** Scores examples, in order. @throws {StudentError} as `score`, naming the example. */
  scoreMany(examples: readonly Example[]): Score[] {
    const logits = this.logits(examples);
    return examples.map((_, index) => this.describe(logits, index));
  }

  /** Raw outputs [N, numOutputs], uncalibrated. @throws {StudentError} as `scoreMany`. */
  logits(examples: readonly Example[]): Float32Array {
    const { numOutputs } = this.definition;
    const logits = new Float32Array(examples.length * numOutputs);
    for (let start = 0; start < examples.length; start += BATCH_SIZE) {
      const end = Math.min(start + BATCH_SIZE, examples.length);
      this.features.clear();
      this.featurizer.featurizeAll(
        end - start,
        (index) => this.textsOf(examples[start + index], start + index),
        this.features,
      );
      logits.set(this.runner.run(this.features), start * numOutputs);
    }
    checkFinite(logits, numOutputs);
    return logits;
  }

  /**
   * Ranks titles by their scores for a query, best first; equal ones in their order. For students of one output. A title
   * is a text where there are two fields; else the texts of the fields behind the first, by name or in order.
   * @param options.topK how many of the best are returned; default all.
   * @throws {StudentError} EXAMPLE_INVALID as `scoreMany`, or for a student of several outputs; OPTION_INVALID for `topK`.
   */
  rank(
    query: string,
    titles: readonly string[] | readonly Example[],
    options: { topK?: number } = {},
  ): Ranked[] {
    const { fields, numOutputs } = this.definition;
    const { topK = titles.length } = options;
    requireCount('topK', topK);
    if (numOutputs !== 1) {
      const message = `rank: got a student of ${numOutputs} outputs, expected one`;
      throw new StudentError('EXAMPLE_INVALID', message);
    }
    const logits = this.logits(titles.map((title) => candidateTexts(query, title, fields)));
    return bestFirst(logits, topK).map((index) => ({ index, ...this.describe(logits, index) }));
  }

  /**
   * Why one example gets its score: what each of its features and words adds to the logit. Loads the code for it when it
   * is first asked for; `explain` of `@bert2dnn/student/explain` is the same without a promise, and has the renderers.
   * Rejects as that function throws.
   */
  async explain(example: Example, options: ExplainOptions = {}): Promise<Explanation> {
    const { explain } = await import('../explain/index.js');
    return explain(this, example, options);
  }

  /**
   * Vector of a text of one field, which depends on that text alone. With towers [E], what the score is made of; else
   * the vectors of the blocks that read this field alone, one behind the other, [number of blocks * D], which the
   * layers have not seen: near vectors mean texts with features in common.
   * @throws {StudentError} EXAMPLE_INVALID for an unknown field, or one that no block reads alone; SCORE_NOT_FINITE.
   */
  embed(field: string, text: string): Float32Array {
    const { fields } = this.definition;
    const fieldIndex = fields.indexOf(field);
    if (fieldIndex < 0) {
      const message = `embed: got the field ${field}, expected one of ${fields.join(', ')}`;
      throw new StudentError('EXAMPLE_INVALID', message);
    }
    this.features.clear();
    const texts = fields.map((_, index) => (index === fieldIndex ? text : ''));
    this.featurizer.featurize(this.textsOf(texts, 0), this.features);
    const vector =
      this.definition.head === 'towers'
        ? this.runner.vectors(fieldIndex, this.features).slice()
        : fieldVector(field, this.features, this);
    checkFinite(vector, vector.length);
    return vector;
  }

  /**
   * Score of the fields' vectors, in the order of the fields, as `score` gives it for their texts.
   * @throws {StudentError} EXAMPLE_INVALID if there are other than one vector [E] a field, or no towers;
   * SCORE_NOT_FINITE.
   */
  scoreVectors(vectors: readonly Float32Array[]): Score {
    this.requireTowers();
    const { length } = this.definition.fields;
    const width = towerWidth(this.definition);
    const fits = vectors.length === length && vectors.every((v) => v.length === width);
    if (!fits) {
      const got = vectors.map((vector) => vector.length).join(', ');
      const message = `vectors: got the widths ${got}, expected ${length} of ${width}`;
      throw new StudentError('EXAMPLE_INVALID', message);
    }
    const [bias] = this.parameters[SCORE_BIAS] as Float32Array;
    const logits = Float32Array.of(towerLogit(vectors, { E: width, row: 0, bias }));
    checkFinite(logits, 1);
    return this.describe(logits, 0);
  }

  /** The texts of an example in the order of the fields, as far as they are read. */
  private textsOf(example: Example, exampleIndex: number): readonly string[] {
    const texts = exampleTexts(example, this.definition.fields, exampleIndex, this.texts);
    return cutTexts(texts, this.maxTextLength);
  }

  private requireTowers(): void {
    if (this.definition.head === 'towers') return;
    throw new StudentError('EXAMPLE_INVALID', `preset ${this.definition.preset}: has no towers`, {
      hint: 'Only a student of the preset tower has a vector for each field.',
    });
  }

  /** Calibrated score of an example of a batch of logits. */
  private describe(batch: Float32Array, exampleIndex: number): Score {
    const { numOutputs, calibration, classes } = this.definition;
    if (numOutputs === 1) {
      const logit = batch[exampleIndex];
      return { score: sigmoid(logit * calibration.temperature), logit };
    }
    const logits = batch.subarray(exampleIndex * numOutputs, (exampleIndex + 1) * numOutputs);
    const probabilities = new Float64Array(numOutputs);
    softmax(probabilities, logits, { B: 1, O: numOutputs, scale: calibration.temperature });
    let best = 0;
    for (let output = 1; output < numOutputs; output++)
      if (logits[output] > logits[best]) best = output;
    return {
      score: probabilities[best],
      logit: logits[best],
      ...(classes === undefined ? {} : { label: classes[best] }),
      logits: [...logits],
      probabilities: [...probabilities],
    };
  }
}

/**
 * A student of checked parts.
 * @throws {StudentError} OPTION_INVALID, DEFINITION_INVALID, VOCABULARY_INVALID, or STUDENT_INVALID if a parameter is missing,
 * unknown, misshapen, not finite or stored as no other is.
 */
export function createStudent(parts: StudentParts, options: StudentOptions = {}): Student {
  checkOptions(options);
  checkDefinition(parts.definition);
  checkVocabularies(parts);
  checkParameters(parts.parameters, parts.definition);
  return new Student(parts, options);
}

/** @throws {StudentError} OPTION_INVALID. */
export function checkOptions(options: StudentOptions): void {
  const { maxTextLength = MAX_TEXT_LENGTH, executor = 'reference' } = options;
  requireCount('maxTextLength', maxTextLength);
  if (EXECUTOR_CHOICES.includes(executor)) return;
  const message = `executor: got ${executor}, expected one of ${EXECUTOR_CHOICES.join(', ')}`;
  throw new StudentError('OPTION_INVALID', message);
}

function requireCount(name: string, value: number): void {
  const least = name === 'topK' ? 0 : 1;
  if (Number.isSafeInteger(value) && value >= least) return;
  const message = `${name}: got ${value}, expected a whole number of at least ${least}`;
  throw new StudentError('OPTION_INVALID', message);
}

function checkVocabularies({ definition, vocabularies }: StudentParts): void {
  for (const block of definition.blocks) {
    if (block.kind !== 'ngrams' || block.vocabulary !== 'list' || block.table) continue;
    const size = vocabularies[block.name]?.size;
    if (size === block.size) continue;
    throw new StudentError(
      'VOCABULARY_INVALID',
      `block ${block.name}: got ${size === undefined ? 'no vocabulary' : `a vocabulary of ${size}`}, expected ${block.size} tokens`,
    );
  }
}

/** Checks results [N, width]. @throws {StudentError} SCORE_NOT_FINITE naming the example. */
function checkFinite(results: Float32Array, width: number): void {
  for (let at = 0; at < results.length; at++) {
    if (Number.isFinite(results[at])) continue;
    const message = `example ${Math.floor(at / width)}: got ${results[at]}, expected a finite number`;
    throw new StudentError('SCORE_NOT_FINITE', message, {
      hint: 'The training diverged or the file was made up; no number of a sound student is near 1e30.',
    });
  }
}

/** Precision of the tables and weights, which is one for all; biases are float32 always. */
function storedPrecision(parameters: StoredParameters): Precision {
  const stored = Object.values(parameters).map(precisionOf);
  return stored.find((precision) => precision !== 'float32') ?? 'float32';
}
