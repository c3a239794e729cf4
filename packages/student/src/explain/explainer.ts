// Explains scores of one student: names of features, contributions, words, put together.
import { StudentError } from '../errors.js';
import type { Vocabulary } from '../features/vocabulary.js';
import { sigmoid, softmax } from '../kernels/probabilities.js';
import type { StudentDefinition } from '../model/definition.js';
import type { StoredParameters } from '../model/stored-parameters.js';
import { Attributor, EXPLAIN_METHODS, type FeatureGroup } from './attribution.js';
import type { Contribution, ExplainOptions, Explanation, WordContribution } from './explanation.js';
import { type DescribedExample, FeatureDescriber } from './feature-describer.js';
import type { Occurrence, WordPlace } from './occurrence.js';
import { wordSpans } from './word-spans.js';

/** What an explainer needs of a student. */
export interface ExplainerParts {
  definition: StudentDefinition;
  vocabularies: Readonly<Record<string, Vocabulary>>;
  parameters: StoredParameters;
}

/** Explains scores. Holds scratch, as a student does. */
export class Explainer {
  private readonly definition: StudentDefinition;
  private readonly describer: FeatureDescriber;
  private readonly attributor: Attributor;

  constructor({ definition, vocabularies, parameters }: ExplainerParts) {
    this.definition = definition;
    this.describer = new FeatureDescriber(definition, vocabularies);
    this.attributor = new Attributor(definition, parameters);
  }

  /**
   * Explains the logits [numOutputs] that the student gave to an example, texts in the order of its fields.
   * @throws {StudentError} EXAMPLE_INVALID for a method or an output that there is not.
   */
  explain(texts: readonly string[], logits: Float32Array, options: ExplainOptions): Explanation {
    const { method = 'integrated-gradients' } = options;
    if (!EXPLAIN_METHODS.includes(method)) {
      const message = `explain.method: got ${String(method)}, expected ${EXPLAIN_METHODS.join(' or ')}`;
      throw new StudentError('EXAMPLE_INVALID', message);
    }
    const output = this.outputOf(logits, options.output);
    const described = this.describer.describe(texts);
    const groups = groupOccurrences(described.occurrences);
    const { base, contributions } = this.attributor.attribute(groups, output, method);
    const sum = contributions.reduce((total, contribution) => total + contribution, 0);
    const name = this.definition.numOutputs > 1 ? this.definition.classes?.[output] : undefined;
    return {
      logit: logits[output],
      score: this.scoreOf(logits, output),
      ...(name === undefined ? {} : { label: name }),
      base,
      method,
      features: this.features(groups, contributions),
      words: this.words(described, { texts, groups, contributions }),
      residual: logits[output] - base - sum,
    };
  }

  private outputOf(logits: Float32Array, wanted: string | number | undefined): number {
    const { numOutputs, classes } = this.definition;
    if (wanted === undefined) return logits.indexOf(Math.max(...logits));
    const names = numOutputs > 1 ? (classes ?? []) : [];
    const output = typeof wanted === 'number' ? wanted : names.indexOf(wanted);
    if (Number.isInteger(output) && output >= 0 && output < numOutputs) return output;
    const known = names.length > 0 ? names.join(', ') : `0 to ${numOutputs - 1}`;
    throw new StudentError(
      'EXAMPLE_INVALID',
      `explain.output: got ${wanted}, expected one of ${known}`,
    );
  }

  private scoreOf(logits: Float32Array, output: number): number {
    const { numOutputs: O, calibration } = this.definition;
    if (O === 1) return sigmoid(logits[0] * calibration.temperature);
    const probabilities = new Float64Array(O);
    softmax(probabilities, logits, { B: 1, O, scale: calibration.temperature });
    return probabilities[output];
  }

  private features(groups: readonly FeatureGroup[], contributions: number[]): Contribution[] {
    const { blocks, fields } = this.definition;
    return groups
      .map((occurrences, index) => ({
        kind: occurrences[0].kind,
        block: blocks[occurrences[0].blockIndex].name,
        feature: occurrences[0].feature,
        contribution: contributions[index],
        count: occurrences.length,
        words: distinctWords(occurrences).map(({ fieldIndex, wordIndex }) => ({
          field: fields[fieldIndex],
          word: wordIndex,
        })),
      }))
      .sort((left, right) => Math.abs(right.contribution) - Math.abs(left.contribution));
  }

  private words(
    { words }: DescribedExample,
    parts: { texts: readonly string[]; groups: readonly FeatureGroup[]; contributions: number[] },
  ): WordContribution[] {
    const shares = words.map((ofField) => new Float64Array(ofField.length));
    parts.groups.forEach((occurrences, index) => {
      const share = parts.contributions[index] / occurrences.length;
      // By occurrence: a word that a feature occurs in twice has two shares of it.
      for (const { words: places } of occurrences) {
        for (const { fieldIndex, wordIndex } of places) {
          shares[fieldIndex][wordIndex] += share / places.length;
        }
      }
    });
    const { text } = this.definition;
    return words.flatMap((ofField, fieldIndex) => {
      const spans = wordSpans(parts.texts[fieldIndex], ofField, text);
      return ofField.map((word, index) => ({
        field: this.definition.fields[fieldIndex],
        index,
        word,
        start: spans[index].start,
        end: spans[index].end,
        contribution: shares[fieldIndex][index],
      }));
    });
  }
}

/** Occurrences of one name in one block are one feature; two names in one hash bucket stay two. */
function groupOccurrences(occurrences: readonly Occurrence[]): Occurrence[][] {
  const groups = new Map<string, Occurrence[]>();
  for (const occurrence of occurrences) {
    const key = `${occurrence.blockIndex} ${occurrence.id} ${occurrence.feature}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [occurrence]);
    else group.push(occurrence);
  }
  return [...groups.values()];
}

function distinctWords(occurrences: readonly Occurrence[]): WordPlace[] {
  const places = new Map<string, WordPlace>();
  for (const { words } of occurrences) {
    for (const place of words) places.set(`${place.fieldIndex} ${place.wordIndex}`, place);
  }
  return [...places.values()];
}
