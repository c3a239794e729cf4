// What is plain JavaScript where WebAssembly has a faster twin, and always there. In the module for browsers
// `plain-on-demand.ts` takes the place of this file.
import type { Executor } from '../executors/executor.js';
import { ReferenceExecutor } from '../executors/reference-executor.js';
import type { StudentDefinition } from '../model/definition.js';
import type { StoredParameters } from '../model/stored-parameters.js';

export { createPlainBlock } from '../features/plain-blocks.js';
export { checkKind } from '../format/file-kinds.js';
export { computeXxh64 as plainXxh64 } from '../format/plain-xxh64.js';
export { sha256 } from '../format/sha256.js';
export { checkPlainNumbers } from '../model/plain-numbers.js';

/** What `run` gives, which may need it. */
export async function withPlain<T>(run: () => T): Promise<T> {
  return run();
}

/** A new reference executor. */
export function createReference(
  definition: StudentDefinition,
  parameters: StoredParameters,
): Executor {
  return new ReferenceExecutor(definition, parameters);
}
