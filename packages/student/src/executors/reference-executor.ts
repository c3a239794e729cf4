// The plain executor: the reference kernels, on parameters in float32. Runs everywhere, and is the oracle of the others.
import type { FeatureBuffer } from '../features/feature-buffer.js';
import { decodeParameters } from '../model/decode-parameters.js';
import type { StudentDefinition } from '../model/definition.js';
import { type Forward, ForwardPass } from '../model/forward.js';
import type { StoredParameters } from '../model/stored-parameters.js';
import { TowerPass } from '../model/towers.js';
import type { Executor } from './executor.js';

/** Reads float32 parameters where they are, so that a trainer may go on changing them; others are decoded once. */
export class ReferenceExecutor implements Executor {
  readonly name = 'reference';
  private readonly forward: Forward;
  private readonly towers: TowerPass | undefined;

  constructor(
    definition: StudentDefinition,
    readonly parameters: StoredParameters,
  ) {
    const floats = decodeParameters(parameters, definition);
    if (definition.head === 'towers') this.towers = new TowerPass(definition, floats);
    this.forward = this.towers ?? new ForwardPass(definition, floats);
  }

  run(features: FeatureBuffer): Float32Array {
    return this.forward.run(features);
  }

  vectors(fieldIndex: number, features: FeatureBuffer): Float32Array {
    return this.towers!.vectors(fieldIndex, features);
  }
}
