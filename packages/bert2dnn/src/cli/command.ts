// A verb as a command: its options become flags, their text is checked by the verb's own table.
import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { createProgress, SILENT } from '../foundation/progress.js';
import {
  flagName,
  integer,
  type OptionTable,
  type OptionValues,
  parseOptions,
} from '../pipeline/options.js';
import type { Context, Verb } from '../pipeline/verb.js';
import { createOutput, type Output } from './terminal.js';

/** The flags that every verb takes. */
const GLOBAL_OPTIONS = {
  seed: integer('Seed of every random choice.', 1, { min: 0 }),
  threads: integer('Threads for computation (default: the cores of the machine).', undefined),
};
const GLOBAL_SWITCHES = [
  ['--json', 'Print the result as one JSON object on stdout.'],
  ['--quiet', 'No progress on stderr.'],
  ['--force', 'Write over what is there, and do fresh work again.'],
  ['--debug', 'On an error print the stack.'],
] as const;

/** A verb and what the command line prints of its result. */
export interface VerbCommand<Table extends OptionTable, Result> {
  verb: Verb<Table, Result>;
  /** Arguments without a flag, by the option that they fill: `{ config: '<config>' }`; the last may be `<file...>`. */
  positional?: { [Name in keyof Table]?: string };
  print(result: Result, line: (text: string) => void, values: OptionValues<Table>): void;
  /** For a verb that goes on after its result, such as a server: what ends it; called before the result is printed. */
  started?(result: Result, run: { values: OptionValues<Table>; json: boolean }): void;
}

/** Makes the command of a verb. */
export function createCommand<Table extends OptionTable, Result>(
  definition: VerbCommand<Table, Result>,
): Command {
  const { verb, positional = {} } = definition;
  const command = new Command(verb.name).description(verb.summary).allowExcessArguments(false);
  for (const [name, option] of Object.entries(verb.options)) {
    const placeholder = (positional as Record<string, string>)[name];
    if (placeholder !== undefined) command.argument(placeholder, option.description);
    else command.addOption(createFlag(name, option));
  }
  command.optionsGroup('Global options:');
  for (const [name, option] of Object.entries(GLOBAL_OPTIONS))
    command.addOption(createFlag(name, option));
  for (const [flag, description] of GLOBAL_SWITCHES) command.option(flag, description);
  command.action(async () => {
    const { output, context, given } = readCommand(command, positional as Record<string, string>);
    const values = parseOptions(
      verb.options,
      given,
      (name) => (positional as Record<string, string>)[name] ?? flagName(name),
    );
    const result = await verb.run(values, context);
    definition.started?.(result, { values, json: command.opts().json === true });
    output.result(result, (line) => definition.print(result, line, values));
  });
  return command;
}

function createFlag(name: string, option: OptionTable[string]): Option {
  const flag = new Option(`${flagName(name)} ${option.argument}`.trim(), describeOption(option));
  if (option.argument.endsWith('...>')) flag.variadic = !option.argument.includes(',');
  return flag;
}

function describeOption(option: OptionTable[string]): string {
  const { defaultValue, required } = option;
  if (required) return `${option.description} Required.`;
  if (defaultValue === undefined || defaultValue === false) return option.description;
  if (Array.isArray(defaultValue) && defaultValue.length === 0) return option.description;
  return `${option.description} Default: ${String(defaultValue)}.`;
}

interface ParsedCommand {
  output: Output;
  context: Context;
  given: Record<string, unknown>;
}

function readCommand(command: Command, positional: Record<string, string>): ParsedCommand {
  const { json, quiet, force, debug, seed, threads, ...given } = command.opts();
  const placeholders = Object.values(positional);
  Object.keys(positional).forEach((name, index) => {
    if (command.args[index] === undefined) return;
    given[name] = placeholders[index].endsWith('...>')
      ? command.args.slice(index)
      : command.args[index];
  });
  const numbers = parseOptions(GLOBAL_OPTIONS, { seed, threads }, flagName);
  return {
    output: createOutput(json === true, (text) => process.stdout.write(text)),
    context: {
      progress: quiet === true ? SILENT : createProgress(process.stderr),
      seed: numbers.seed,
      threads: numbers.threads ?? availableParallelism(),
      force: force === true,
    },
    given,
  };
}
