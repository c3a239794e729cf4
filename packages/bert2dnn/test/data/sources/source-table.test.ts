// Tab-separated files with quotes: whatever a writer with minimal quoting (as pandas') writes comes back.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SourceFolder } from '../../../src/data/sources/source-folder.js';
import { readSourceTable } from '../../../src/data/sources/source-table.js';
import { WANDS } from '../../../src/data/sources/wands.js';
import { workFolder } from './import-set.js';

const work = await workFolder();

/** A cell as Python's csv module writes it with QUOTE_MINIMAL and tabs. */
function quoteMinimal(cell: string): string {
  return /["\t\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

describe('readSourceTable', () => {
  it('gives back any cells of a quoted tab-separated file, with their lines', async () => {
    const path = join(work, 'cells.csv');
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '\t', '"', '\n', ' ', 'é') });
    const row = fc.tuple(cell, cell, fc.constantFrom('x', ','));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
        const written = rows.map((cells) => `${cells.map(quoteMinimal).join('\t')}\n`);
        await writeFile(path, `a,b\tsecond\tthird\n${written.join('')}`);
        const folder = await SourceFolder.open(WANDS, work);
        const found: string[][] = [];
        const foundLines: number[] = [];
        const shape = { format: 'quoted-tsv', columns: ['third', 'a,b', 'second'] } as const;
        const file = { path, compression: 'none' } as const;
        for await (const { columns, lines } of readSourceTable(folder, file, shape)) {
          columns[0].forEach((third, index) => {
            found.push([columns[1][index], columns[2][index], third]);
          });
          foundLines.push(...lines);
        }
        expect(found).toEqual(rows);
        let line = 2;
        const lines = written.map((text) => {
          const first = line;
          line += text.split('\n').length - 1;
          return first;
        });
        expect(foundLines).toEqual(lines);
        expect(folder.used).toEqual([{ path, rows: rows.length }]);
      }),
    );
  });
});
