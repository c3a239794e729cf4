// What is plain JavaScript where WebAssembly has a faster twin, and always there. In the module for browsers
// `plain-on-demand.ts` takes the place of this file.
import type { Executor } from '../executors/executor.js';
import { ReferenceExecutor } from '../executors/reference-executor.js';
import type { StudentDefinition } from '../model/definition.js';
import type { StoredParameters } from '../model/stored-parameters.js';

export { createPlainBlock } from '../features/plain-blocks.js';
export { computeSha256 as plainSha256 } from '../format/plain-sha256.js';

/** Makes sure that it is there. */
export async function loadPlain(): Promise<void> {}

/** Whether that is why the functions below failed. */
export function isPlainMissing(_error: unknown): boolean {
  return false;
}

/** A new reference executor. */
export function createReference(
  definition: StudentDefinition,
  parameters: StoredParameters,
): Executor {
  return new ReferenceExecutor(definition, parameters);
}
