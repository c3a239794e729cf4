// One feature where it occurs in one example: the row of a table, and what a reader would call it.
// No number of the student is known here.
import type { BlockDefinition } from '../model/definition.js';

/** A word of an example: which field, and which word of it. */
export interface WordPlace {
  fieldIndex: number;
  wordIndex: number;
}

/** One id of a bag, with its name. */
export interface Occurrence {
  /** Position of the block in the definition. */
  blockIndex: number;
  kind: BlockDefinition['kind'];
  /** Row of the block's table. */
  id: number;
  /** What it says, for a reader: `red drill`, `drill × cordless`, `"drill" found exactly`. */
  feature: string;
  /** The words that it takes part in: at least one, each once. */
  words: readonly WordPlace[];
}

/** The words from `first` up to, but not including, `end` of a field. */
export function wordRange(fieldIndex: number, first: number, end: number): WordPlace[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, offset) => ({
    fieldIndex,
    wordIndex: first + offset,
  }));
}
