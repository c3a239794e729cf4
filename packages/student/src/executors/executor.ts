// What turns a buffer of ids into logits, and the ways there are to do it. Makes no ids and no probabilities.
import type { FeatureBuffer } from '../features/feature-buffer.js';
import type { StoredParameters } from '../model/stored-parameters.js';

/**
 * Ways to run a student, as a caller asks for them. `auto`: the fastest that this machine has. `relaxed`: WebAssembly
 * with relaxed SIMD, for students in int8; `simd`: WebAssembly with 128-bit SIMD; `reference`: plain JavaScript. Where one
 * cannot be had, the next slower one runs. `relaxed` and `simd` give the same bits on every machine.
 */
export const EXECUTOR_CHOICES = ['auto', 'relaxed', 'simd', 'reference'] as const;

export type ExecutorChoice = (typeof EXECUTOR_CHOICES)[number];

/** Runs one student. Holds scratch: one call at a time. */
export interface Executor {
  /** `reference`, or the instructions and the numbers that it computes with: `simd-f32`, `simd-f16`, `simd-int8`, `relaxed-int8`. */
  readonly name: string;
  /**
   * The student's parameters where they lie now: those that were given, or views of the executor's memory with the same
   * numbers, so that the given ones can be forgotten.
   */
  readonly parameters: StoredParameters;
  /** Logits [B, numOutputs] of the buffer's examples: a view that the next call overwrites. */
  run(features: FeatureBuffer): Float32Array;
  /** With towers: vectors [B, E] of a field of the buffer's examples: a view that the next call overwrites. */
  vectors(fieldIndex: number, features: FeatureBuffer): Float32Array;
}
