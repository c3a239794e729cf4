// A student ready to score: definition, vocabularies and parameters together. Reading and writing: `format/`.
import { StudentError } from '../errors.js';
import { Explainer } from '../explain/explainer.js';
import type { ExplainOptions, Explanation } from '../explain/explanation.js';
import type { FeatureBuffer } from '../features/feature-buffer.js';
import { Featurizer } from '../features/featurizer.js';
import type { Vocabulary } from '../features/vocabulary.js';
import { sigmoid, softmax } from '../kernels/probabilities.js';
import { checkDefinition } from './check-definition.js';
import type { StudentDefinition } from './definition.js';
import { type Example, exampleTexts } from './example.js';
import { fieldVector } from './field-vector.js';
import { type Forward, ForwardPass } from './forward.js';
import { type Parameters, parameterShapes } from './parameters.js';
import { TowerPass } from './towers.js';

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
  /** By the names of `parameterShapes`; kept, not copied, so that a trainer may go on changing them. */
  parameters: Parameters;
}

/** Examples scored at once, so that scratch stays small. */
const BATCH_SIZE = 64;

/** An n-gram student. Holds scratch: one per thread, and no two calls at once. */
export class Student {
  readonly definition: StudentDefinition;
  readonly vocabularies: Readonly<Record<string, Vocabulary>>;
  readonly parameters: Parameters;
  private readonly featurizer: Featurizer;
  private readonly features: FeatureBuffer;
  private readonly forward: Forward;
  private readonly towers: TowerPass | undefined;
  private explainer: Explainer | undefined;

  /** @see createStudent, which checks the parts first. */
  constructor(parts: StudentParts) {
    this.definition = parts.definition;
    this.vocabularies = parts.vocabularies;
    this.parameters = parts.parameters;
    this.featurizer = new Featurizer(parts.definition, parts.vocabularies);
    this.features = this.featurizer.createBuffer();
    const { definition, parameters } = parts;
    if (definition.head === 'towers') this.towers = new TowerPass(definition, parameters);
    this.forward = this.towers ?? new ForwardPass(definition, parameters);
  }

  /**
   * Scores one example: texts by field name, or in the order of the fields.
   * @throws {StudentError} EXAMPLE_INVALID if a field is missing, unknown or no text.
   */
  score(example: Example): Score {
    return this.describe(this.logits([example]));
  }

  /** Scores examples, in order. @throws {StudentError} EXAMPLE_INVALID as `score`, naming the example. */
  scoreMany(examples: readonly Example[]): Score[] {
    const { numOutputs } = this.definition;
    const logits = this.logits(examples);
    return examples.map((_, index) =>
      this.describe(logits.subarray(index * numOutputs, (index + 1) * numOutputs)),
    );
  }

  /** Raw outputs [N, numOutputs], uncalibrated. @throws {StudentError} EXAMPLE_INVALID as `scoreMany`. */
  logits(examples: readonly Example[]): Float32Array {
    const { fields, numOutputs } = this.definition;
    const logits = new Float32Array(examples.length * numOutputs);
    for (let start = 0; start < examples.length; start += BATCH_SIZE) {
      const end = Math.min(start + BATCH_SIZE, examples.length);
      this.features.clear();
      for (let index = start; index < end; index++) {
        this.featurizer.featurize(exampleTexts(examples[index], fields, index), this.features);
      }
      logits.set(this.forward.run(this.features), start * numOutputs);
    }
    return logits;
  }

  /**
   * Why one example gets its score: what each of its features and words adds to the logit.
   * Takes its time: a few milliseconds where `score` takes microseconds.
   * @throws {StudentError} EXAMPLE_INVALID as `score`, and for a method or an output that there is not.
   */
  explain(example: Example, options: ExplainOptions = {}): Explanation {
    const logits = this.logits([example]);
    // Made when it is first asked for: it reads whole vocabularies, and whoever only scores does without.
    this.explainer ??= new Explainer(this);
    return this.explainer.explain(
      exampleTexts(example, this.definition.fields, 0),
      logits,
      options,
    );
  }

  /**
   * Vector of a text of one field, which depends on that text alone. With towers [E], what the score is made of; else
   * the vectors of the blocks that read this field alone, one behind the other, [number of blocks * D], which the
   * layers have not seen: near vectors mean texts with features in common.
   * @throws {StudentError} EXAMPLE_INVALID for an unknown field, or one that no block reads alone.
   */
  embed(field: string, text: string): Float32Array {
    const { fields } = this.definition;
    const fieldIndex = fields.indexOf(field);
    if (fieldIndex < 0) {
      const message = `embed: got the field ${field}, expected one of ${fields.join(', ')}`;
      throw new StudentError('EXAMPLE_INVALID', message);
    }
    this.features.clear();
    const example = fields.map((_, index) => (index === fieldIndex ? text : ''));
    this.featurizer.featurize(exampleTexts(example, fields, 0), this.features);
    if (this.towers !== undefined) return this.towers.vectors(fieldIndex, this.features).slice();
    return fieldVector(field, this.features, this);
  }

  /**
   * Score of the fields' vectors, in the order of the fields, as `score` gives it for their texts.
   * @throws {StudentError} EXAMPLE_INVALID if there are other than one vector [E] a field, or no towers.
   */
  scoreVectors(vectors: readonly Float32Array[]): Score {
    const towers = this.requireTowers();
    const { length } = this.definition.fields;
    const fits = vectors.length === length && vectors.every((v) => v.length === towers.width);
    if (!fits) {
      const got = vectors.map((vector) => vector.length).join(', ');
      const message = `vectors: got the widths ${got}, expected ${length} of ${towers.width}`;
      throw new StudentError('EXAMPLE_INVALID', message);
    }
    return this.describe(Float32Array.of(towers.logit(vectors[0], vectors.slice(1))));
  }

  private requireTowers(): TowerPass {
    if (this.towers !== undefined) return this.towers;
    throw new StudentError('EXAMPLE_INVALID', `preset ${this.definition.preset}: has no towers`, {
      hint: 'Only a student of the preset tower has a vector for each field.',
    });
  }

  /** Calibrated score of one example's logits. */
  private describe(logits: Float32Array): Score {
    const { numOutputs, calibration, classes } = this.definition;
    if (numOutputs === 1) {
      return { score: sigmoid(logits[0] * calibration.temperature), logit: logits[0] };
    }
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
 * @throws {StudentError} DEFINITION_INVALID, VOCABULARY_INVALID, or STUDENT_INVALID if a parameter is missing,
 * unknown, misshapen or not finite.
 */
export function createStudent(parts: StudentParts): Student {
  checkDefinition(parts.definition);
  checkVocabularies(parts);
  checkParameters(parts);
  return new Student(parts);
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

function checkParameters({ definition, parameters }: StudentParts): void {
  const shapes = parameterShapes(definition);
  const unknown = Object.keys(parameters).find((name) => !Object.hasOwn(shapes, name));
  if (unknown !== undefined) {
    const expected = Object.keys(shapes).join(', ');
    throw new StudentError(
      'STUDENT_INVALID',
      `parameter ${unknown}: unknown, expected ${expected}`,
    );
  }
  for (const [name, shape] of Object.entries(shapes)) {
    const values = parameters[name];
    const expected = shape.reduce((product, size) => product * size, 1);
    if (values?.length !== expected) {
      throw new StudentError(
        'STUDENT_INVALID',
        `parameter ${name}: got ${values === undefined ? 'none' : `${values.length} numbers`}, expected ${expected} of shape [${shape}]`,
      );
    }
    const broken = values.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0) {
      throw new StudentError(
        'STUDENT_INVALID',
        `parameter ${name}: number ${broken} is ${values[broken]}, expected finite numbers`,
        { hint: 'The training diverged or the file is broken; train with a lower learning rate.' },
      );
    }
  }
}
