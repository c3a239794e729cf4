// What a verb prints: tables and lines for people on stdout, one JSON object with --json. No figure is computed here.

/** Where the command line writes. */
export interface Output {
  /** Prints a result: as one JSON object with --json, else by `print`. */
  result(value: unknown, print: (line: (text: string) => void) => void): void;
}

/** Output on a stream. */
export function createOutput(json: boolean, write: (text: string) => void): Output {
  return {
    result(value, print) {
      if (json) write(`${JSON.stringify(value)}\n`);
      else print((line) => write(`${line}\n`));
    },
  };
}

/** A table as lines: the first column to the left, the others to the right. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const formatRow = (row: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return [
    formatRow(header),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...rows.map(formatRow),
  ];
}

/** A size for people: `512 B`, `9.8 MB`. Decimal units. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

/** A metric with its interval: `.757 [.744, .769]`. */
export function formatInterval(figure: { value: number; low: number; high: number }): string {
  const format = (value: number): string => value.toFixed(3);
  return `${format(figure.value)} [${format(figure.low)}, ${format(figure.high)}]`;
}

/** A latency in the unit that suits it. */
export function formatLatency(milliseconds: number): string {
  return milliseconds < 1
    ? `${(milliseconds * 1000).toPrecision(3)} µs`
    : `${milliseconds.toPrecision(3)} ms`;
}

/** A text as lines of at most `width` characters, broken at spaces; a longer word stands alone. */
export function wrapText(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
