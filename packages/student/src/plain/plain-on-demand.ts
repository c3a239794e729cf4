// Plain JavaScript in the module for browsers: a file of its own, `reference.min.js`, which is loaded where WebAssembly
// cannot run, where it is asked for, and to say what is wrong with a file.
import type { Executor } from '../executors/executor.js';
import type { BlockParts, ExampleBlock } from '../features/block.js';
import type { BlockDefinition, StudentDefinition } from '../model/definition.js';
import type { StoredParameters, StoredTensor } from '../model/stored-parameters.js';

/** Nobody sees it: `withPlain` catches it. */
const MISSING = new Error();

let loaded: typeof import('./plain-parts.js') | undefined;

/**
 * What `run` gives, which may call the functions below, and is called again when they are there. Rejects as the engine does if
 * the file is not beside the module.
 */
export async function withPlain<T>(run: () => T): Promise<T> {
  try {
    return run();
  } catch (error) {
    if (error !== MISSING) throw error;
  }
  loaded = await import('./plain-parts.js');
  return run();
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

/** @throws {StudentError} STUDENT_INVALID naming a number of a parameter that is not finite, or out of range. */
export function checkPlainNumbers(name: string, tensor: StoredTensor): void {
  parts().checkPlainNumbers(name, tensor);
}

/** @throws {StudentError} STUDENT_INVALID for files that are often taken for a model. */
export function checkKind(bytes: Uint8Array): void {
  parts().checkKind(bytes);
}

/** SHA-256 of the bytes as hex digits. */
export function sha256(bytes: Uint8Array): Promise<string> {
  return parts().sha256(bytes);
}

/** XXH64 of the bytes. */
export function plainXxh64(bytes: Uint8Array): bigint {
  return parts().computeXxh64(bytes);
}

function parts(): typeof import('./plain-parts.js') {
  if (loaded === undefined) throw MISSING;
  return loaded;
}
