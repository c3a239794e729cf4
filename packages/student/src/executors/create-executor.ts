// Chooses how a student is run.
import type { StudentDefinition } from '../model/definition.js';
import type { StoredParameters } from '../model/stored-parameters.js';
import type { Executor, ExecutorChoice } from './executor.js';
import type { Instructions } from './kernel-modules.js';
import { ReferenceExecutor } from './reference-executor.js';
import { WasmExecutor } from './wasm-executor.js';

/** What is tried for each choice, in order, before the reference. */
const TRIED: Readonly<Record<ExecutorChoice, readonly Instructions[]>> = {
  auto: ['relaxed', 'simd'],
  relaxed: ['relaxed', 'simd'],
  simd: ['simd'],
  reference: [],
};

/** The executor of a choice, or the next slower one that this machine can run. */
export function createExecutor(
  definition: StudentDefinition,
  parameters: StoredParameters,
  choice: ExecutorChoice,
): Executor {
  for (const instructions of TRIED[choice]) {
    const executor = WasmExecutor.create(definition, parameters, instructions);
    if (executor !== undefined) return executor;
  }
  return new ReferenceExecutor(definition, parameters);
}
