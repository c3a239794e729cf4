// Chooses how a student is run.
import type { StudentDefinition } from '../model/definition.js';
import { precisionOf, type StoredParameters } from '../model/stored-parameters.js';
import { createReference } from '../plain/plain.js';
import { canRun, type KernelMemory } from '../wasm/kernel-modules.js';
import type { Executor, ExecutorChoice } from './executor.js';
import { WasmExecutor } from './wasm-executor.js';

/**
 * The executor of a choice, or the next slower one that this machine and these parameters allow.
 * @param memory what the parameters are views of, if a loader read them to one.
 */
export function createExecutor(
  definition: StudentDefinition,
  parameters: StoredParameters,
  choice: ExecutorChoice,
  memory?: KernelMemory,
): Executor {
  if (choice === 'reference') return createReference(definition, parameters);
  const isWhole = Object.values(parameters).some((tensor) => precisionOf(tensor) === 'int8');
  const isRelaxed = choice !== 'simd' && isWhole && canRun('relaxed');
  const instructions = isRelaxed ? 'relaxed' : 'simd';
  const executor = WasmExecutor.create(definition, parameters, instructions, memory);
  return executor ?? createReference(definition, parameters);
}
