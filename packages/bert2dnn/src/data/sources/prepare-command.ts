// The `prepare` command that continues from an import, as arguments and as a line for a shell.
import { join } from 'node:path';
import type { DataSource, OutputName } from './source.js';

/** A command: its arguments, and the same as a line to copy. */
export interface PrepareCommand {
  /** Arguments behind `bert2dnn`. */
  argv: string[];
  /** `bert2dnn ...`, quoted for a POSIX shell. */
  line: string;
}

/** The command that makes examples of what an import wrote; it writes beside `out`. */
export function prepareCommandOf({
  source,
  out,
  outputs,
  label,
  group,
}: {
  source: DataSource;
  out: string;
  outputs: Partial<Record<OutputName, { file: string }>>;
  label: { column: string; range: readonly [number, number] };
  group?: string;
}): PrepareCommand {
  const argv = ['prepare'];
  for (const [name, output] of Object.entries(outputs))
    argv.push(`--${name}`, join(out, output.file));
  const pairs = Object.entries(source.fields);
  if (pairs.length === 1 && pairs[0][0] === 'text') argv.push('--text', pairs[0][1]);
  else argv.push('--fields', pairs.map((pair) => pair.join('=')).join(','));
  argv.push('--label', label.column, '--label-range', label.range.join(':'));
  if (group !== undefined) argv.push('--group', group);
  argv.push('--out', `${out.replace(/[/\\]+$/, '')}-prepared`);
  return { argv, line: ['bert2dnn', ...argv].map(quote).join(' ') };
}

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
