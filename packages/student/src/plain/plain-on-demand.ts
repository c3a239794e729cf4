// Plain JavaScript in the module for browsers: a file of its own, `reference.min.js`, which is loaded where WebAssembly
// cannot run, or where it is asked for.
import type { Executor } from '../executors/executor.js';
import type { BlockParts, ExampleBlock } from '../features/block.js';
import type { BlockDefinition, StudentDefinition } from '../model/definition.js';
import type { StoredParameters } from '../model/stored-parameters.js';

/** Nobody sees it: who loads a student catches it. */
const MISSING = new Error();

let loaded: typeof import('./plain-parts.js') | undefined;

/** Makes sure that it is there. */
export async function loadPlain(): Promise<void> {
  loaded ??= await import('./plain-parts.js');
}

/** Whether that is why the functions below failed: they throw what it knows until all is there. */
export function isPlainMissing(error: unknown): boolean {
  return error === MISSING;
}

/** A new reference executor. */
export function createReference(
  definition: StudentDefinition,
  parameters: StoredParameters,
): Executor {
  return new (parts().ReferenceExecutor)(definition, parameters);
}

/** A new block. */
export function createPlainBlock(block: BlockDefinition, blockParts: BlockParts): ExampleBlock {
  return parts().createPlainBlock(block, blockParts);
}

/** SHA-256 of the bytes as hex digits. */
export function plainSha256(bytes: Uint8Array): string {
  return parts().computeSha256(bytes);
}

function parts(): typeof import('./plain-parts.js') {
  if (loaded === undefined) throw MISSING;
  return loaded;
}
