// The reference executor in the module for browsers: a file of its own, `reference.min.js`, which is loaded where
// WebAssembly cannot run, or where it is asked for.
import type { StudentDefinition } from '../model/definition.js';
import type { StoredParameters } from '../model/stored-parameters.js';
import type { Executor } from './executor.js';

/** Nobody sees it: who loads a student catches it. */
const MISSING = new Error();

let loaded: typeof import('./reference-executor.js') | undefined;

/** Makes sure that it is there. */
export async function loadReference(): Promise<void> {
  loaded ??= await import('./reference-executor.js');
}

/** Whether that is why `createReference` failed. */
export function isReferenceMissing(error: unknown): boolean {
  return error === MISSING;
}

/** A new one. Throws what `isReferenceMissing` knows until it is there. */
export function createReference(
  definition: StudentDefinition,
  parameters: StoredParameters,
): Executor {
  if (loaded === undefined) throw MISSING;
  return new loaded.ReferenceExecutor(definition, parameters);
}
