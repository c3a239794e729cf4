// The reference executor in the module for browsers: a file of its own, `reference.min.js`, which is loaded where
// WebAssembly cannot run, or where it is asked for.
import { StudentError } from '../errors.js';
import type { StudentDefinition } from '../model/definition.js';
import type { StoredParameters } from '../model/stored-parameters.js';
import type { Executor } from './executor.js';

let loaded: typeof import('./reference-executor.js') | undefined;

/** Makes sure that it is there. */
export async function loadReference(): Promise<void> {
  loaded ??= await import('./reference-executor.js');
}

/** A new one. @throws {StudentError} OPTION_INVALID if it is not there, because there is no memory for another. */
export function createReference(
  definition: StudentDefinition,
  parameters: StoredParameters,
): Executor {
  if (loaded !== undefined) return new loaded.ReferenceExecutor(definition, parameters);
  throw new StudentError('OPTION_INVALID', 'executor: got no memory for WebAssembly', {
    hint: "Load the student with { executor: 'reference' }.",
  });
}
