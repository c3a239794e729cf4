// The reference executor, which is always there. In the module for browsers `reference-on-demand.ts` takes the place of
// this file.
import type { StudentDefinition } from '../model/definition.js';
import type { StoredParameters } from '../model/stored-parameters.js';
import type { Executor } from './executor.js';
import { ReferenceExecutor } from './reference-executor.js';

/** Makes sure that it is there. */
export async function loadReference(): Promise<void> {}

/** Whether that is why `createReference` failed. */
export function isReferenceMissing(_error: unknown): boolean {
  return false;
}

/** A new one. */
export function createReference(
  definition: StudentDefinition,
  parameters: StoredParameters,
): Executor {
  return new ReferenceExecutor(definition, parameters);
}
