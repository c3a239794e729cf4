// Plain JavaScript in the module for browsers: a file of its own, `reference.min.js`, which is loaded where WebAssembly
// cannot run, or where it is asked for.
import type { Executor } from '../executors/executor.js';
import type { ExampleBlock } from '../features/block.js';
import type { MatchBlockParts } from '../features/match-block.js';
import type { MatchBlockDefinition, StudentDefinition } from '../model/definition.js';
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

/** A new match block. */
export function createMatch(
  definition: MatchBlockDefinition,
  fieldIndices: readonly [number, number],
  matchParts: MatchBlockParts,
): ExampleBlock {
  return new (parts().MatchBlock)(definition, fieldIndices, matchParts);
}

function parts(): typeof import('./plain-parts.js') {
  if (loaded === undefined) throw MISSING;
  return loaded;
}
