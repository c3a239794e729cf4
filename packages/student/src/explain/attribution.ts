// How much every feature of an example adds to a logit, by one of two methods. Knows no names and no words.
import { combinerScale } from '../kernels/embedding-bag.js';
import { decodeLayers } from '../model/decode-parameters.js';
import type { StudentDefinition } from '../model/definition.js';
import type { StoredParameters } from '../model/stored-parameters.js';
import { combine, sumRows, tableRow } from './bag-vectors.js';
import { Network } from './network.js';
import type { Occurrence } from './occurrence.js';

/**
 * `integrated-gradients`: gradients averaged on the way from no features to all of them; contributions add up to the
 * logit less the base. `leave-one-out`: how much the logit falls when the feature alone is taken away; those do not
 * add up, because features that say the same stand in for each other.
 */
export type ExplainMethod = (typeof EXPLAIN_METHODS)[number];

export const EXPLAIN_METHODS = ['integrated-gradients', 'leave-one-out'] as const;

/** A feature: its occurrences in one block. */
export type FeatureGroup = readonly Occurrence[];

/** What features add to the logit of one output. */
export interface Attribution {
  /** Logit of an example without features. */
  base: number;
  /** Of each feature, in order. */
  contributions: number[];
}

/** Attributes the logits of one student. */
export class Attributor {
  private readonly network: Network;

  constructor(
    private readonly definition: StudentDefinition,
    private readonly parameters: StoredParameters,
  ) {
    this.network = new Network(definition, decodeLayers(parameters, definition));
  }

  /** Contributions of features to the logit of an output; together the features have all ids of an example. */
  attribute(features: readonly FeatureGroup[], output: number, method: ExplainMethod): Attribution {
    const contributions =
      method === 'leave-one-out'
        ? this.leaveOneOut(features, output)
        : this.integrateGradients(features, output);
    const { blocks, embeddingSize } = this.definition;
    const base = this.network.logits(blocks.map(() => new Float64Array(embeddingSize)));
    return { base: base[output], contributions };
  }

  private integrateGradients(features: readonly FeatureGroup[], output: number): number[] {
    const { definition, parameters } = this;
    const bags = sumRows(definition, parameters, features.flat());
    const gradients = this.network.averageGradients(combine(definition, bags), output);
    return features.map((occurrences) => {
      const { blockIndex } = occurrences[0];
      const scale = combinerScale(definition.combiner, bags.counts[blockIndex]);
      const rows = occurrences.map((occurrence) => tableRow(definition, parameters, occurrence));
      return rows.reduce((sum, row) => sum + scale * dotRow(row, gradients[blockIndex]), 0);
    });
  }

  private leaveOneOut(features: readonly FeatureGroup[], output: number): number[] {
    const { definition, parameters } = this;
    const bags = sumRows(definition, parameters, features.flat());
    const vectors = combine(definition, bags);
    const logit = this.network.logits(vectors)[output];
    return features.map((occurrences) => {
      const { blockIndex } = occurrences[0];
      const sum = bags.sums[blockIndex].slice();
      for (const occurrence of occurrences) {
        const row = tableRow(definition, parameters, occurrence);
        for (let column = 0; column < sum.length; column++) sum[column] -= row[column];
      }
      const count = bags.counts[blockIndex] - occurrences.length;
      // An empty bag is the zero vector, and not what subtracting leaves of it.
      const scale = count === 0 ? 0 : combinerScale(definition.combiner, count);
      const without = [...vectors];
      without[blockIndex] = sum.map((value) => value * scale);
      return logit - this.network.logits(without)[output];
    });
  }
}

function dotRow(row: Float32Array, gradient: Float64Array): number {
  let sum = 0;
  for (let column = 0; column < row.length; column++) sum += row[column] * gradient[column];
  return sum;
}
