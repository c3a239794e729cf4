// Runs the command line as a user does: a process, its exit status, what it printed.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What one run gave. */
export interface CommandRun {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs `bert2dnn ...args` in `folder`, silent and with one thread. */
export function runCommand(folder: string, args: readonly string[]): Promise<CommandRun> {
  return runProgram(folder, process.execPath, [MAIN, ...args]);
}

/** Runs any program and never throws. */
export function runProgram(
  folder: string,
  file: string,
  args: readonly string[],
): Promise<CommandRun> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd: folder, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ status, stdout, stderr });
    });
  });
}

/** The path of the command line's main file. */
export const MAIN_FILE = MAIN;
