// The command line: `bert2dnn <verb> [options]`. Exit status 0 done, 1 failure, 2 wrong usage, 130 and
// 143 interrupted (SIGINT, SIGTERM).
import { Command, CommanderError } from 'commander';
import { ERROR_CODES, type ErrorCode } from '../foundation/errors.js';
import { CODE_VERSION } from '../foundation/version.js';
import { createCommands } from './commands.js';

const HELP_TAIL = `
The walk: prepare -> (pretrain ->) finetune -> score -> stack -> distill -> evaluate -> predict, serve
  bert2dnn quickstart            the whole walk on a shop that it generates, offline, in minutes
  bert2dnn run <config>          your own walk: only what is stale runs again
  bert2dnn <verb> --help         the options of a verb, with their defaults
`;

function createProgram(): Command {
  const program = new Command('bert2dnn')
    .description('Distil BERT-family teachers into n-gram students that score in microseconds.')
    .version(CODE_VERSION)
    .enablePositionalOptions()
    .helpCommand(false)
    .addHelpText('after', HELP_TAIL);
  for (const command of createCommands()) program.addCommand(command);
  takeOver(program);
  return program;
}

/** Errors of a command and its subcommands are thrown, not printed. */
function takeOver(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  for (const subcommand of command.commands) takeOver(subcommand);
}

/** A terminal sends SIGINT, a scheduler SIGTERM; the status is 128 and the number of the signal. */
const ENDING_SIGNALS = { SIGINT: ERROR_CODES.INTERRUPTED.exitCode, SIGTERM: 143 };

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const code = (error as { code?: string }).code;
  return code !== undefined && code in ERROR_CODES ? ERROR_CODES[code as ErrorCode].exitCode : 1;
}

function describeError(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  const { hint } = error as { hint?: string };
  const isBareGroup = error instanceof CommanderError && error.code === 'commander.help';
  const lines = [
    isBareGroup
      ? 'error: a subcommand is missing\nhint: --help lists them.'
      : error instanceof CommanderError
        ? error.message
        : `error: ${error.message}`,
  ];
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  else if (!(error instanceof CommanderError) && !debug) {
    lines.push('hint: This is unexpected. Run it again with --debug and report what it prints.');
  }
  if (debug)
    lines.push(
      error.stack ?? '',
      ...(error.cause === undefined ? [] : [`cause: ${String(error.cause)}`]),
    );
  return lines.join('\n');
}

async function main(argv: string[]): Promise<void> {
  // A reader that has seen enough (`bert2dnn ... | head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  for (const [signal, exitCode] of Object.entries(ENDING_SIGNALS)) {
    process.once(signal, () => {
      process.stderr.write(
        '\ninterrupted: finished work is kept, run the same command again to go on\n',
      );
      process.exit(exitCode);
    });
  }
  try {
    const program = createProgram();
    if (argv.length <= 2) program.help({ error: false });
    await program.parseAsync(argv);
  } catch (error) {
    const exitCode = exitCodeOf(error);
    if (exitCode !== 0) process.stderr.write(`${describeError(error, argv.includes('--debug'))}\n`);
    process.exitCode = exitCode;
  }
}

await main(process.argv);
