// What a verb is: a named step with declared options, the files that it reads, and a function. No verb is known here.
import type { Progress } from '../foundation/progress.js';
import { type OptionInput, type OptionTable, type OptionValues, parseOptions } from './options.js';

/** What every verb is given beside its options. */
export interface Context {
  progress: Progress;
  /** Seed of every random choice. Default 1. */
  seed: number;
  /** Threads for computation. */
  threads: number;
  /** Write over what is there, and do again what is fresh. */
  force: boolean;
}

/** A step of the walk. */
export interface Verb<Table extends OptionTable = OptionTable, Result = unknown> {
  name: string;
  /** One sentence for `--help`. */
  summary: string;
  options: Table;
  /** Where the output goes when it is a stage with a folder of its own. */
  outIn(stageFolder: string): string;
  /** The files and folders that the result depends on. */
  inputs(values: OptionValues<Table>): string[];
  run(values: OptionValues<Table>, context: Context): Promise<Result>;
}

/** Declares a verb; the types of its options follow from its table. */
export function defineVerb<Table extends OptionTable, Result>(
  verb: Verb<Table, Result>,
): Verb<Table, Result> {
  return verb;
}

/** The library form of a verb: `await distill({ input: [...], out })`. */
export type VerbFunction<Table extends OptionTable, Result> = (
  options: OptionInput<Table>,
  context?: Partial<Context>,
) => Promise<Result>;

/**
 * Makes the library form of a verb: unknown and wrong options are refused as on the command line.
 * Without a context it is silent, seed 1, with as many threads as the machine has cores.
 */
export function asFunction<Table extends OptionTable, Result>(
  verb: Verb<Table, Result>,
  makeContext: () => Context,
): VerbFunction<Table, Result> {
  return async (options, context = {}) =>
    verb.run(parseOptions(verb.options, options), { ...makeContext(), ...context });
}
