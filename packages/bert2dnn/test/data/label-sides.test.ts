// Labels that nothing can be learnt from, and the ones just beside them from which something can.
import { describe, expect, it } from 'vitest';
import { type ExampleColumns, openExamples, requireTwoSides } from '../../src/data/index.js';
import { put, temporaryFolder } from './files.js';

const folder = await temporaryFolder();
let numFiles = 0;

async function check(labels: (string | number)[], columns: ExampleColumns = {}): Promise<string> {
  const lines = labels.map((label, row) => `text ${row}\t${label}`);
  const path = await put(folder, `${numFiles++}.tsv`, `text\tlabel\n${lines.join('\n')}\n`);
  const set = await openExamples([path], columns, { label: 'where-present' });
  try {
    requireTwoSides(set);
  } catch (error) {
    expect(error).toMatchObject({ code: 'LABELS_ONE_SIDED' });
    return (error as Error).message.replace(path, 'FILE');
  }
  return 'taken';
}

describe('requireTwoSides', () => {
  const grades: ExampleColumns = { labelRange: [1, 4] };
  it.each<[string, (string | number)[], ExampleColumns, string]>([
    [
      'all in the lower half',
      [1, 2, 2.49],
      grades,
      'FILE: no positive label: all 3 labels are in the lower half of 1..4, expected both sides',
    ],
    [
      'all in the upper half',
      [2.5, 4],
      grades,
      'FILE: no negative label: all 2 labels are in the upper half of 1..4, expected both sides',
    ],
    ['one on either side of the middle', [2.49, 2.5], grades, 'taken'],
    [
      'those of labelled rows alone',
      [0, '', 0],
      {},
      'FILE: no positive label: all 2 labels are in the lower half of 0..1, expected both sides',
    ],
    ['none', ['', ''], {}, 'FILE: no row has a label, expected both sides'],
    [
      'one class',
      ['b', 'b'],
      { classes: ['a', 'b'] },
      'FILE: only one class: all 2 labels are "b", expected two classes or more',
    ],
    ['two of three classes', ['b', 'c'], { classes: ['a', 'b', 'c'] }, 'taken'],
  ])('%s', async (_, labels, columns, expected) => {
    expect(await check(labels, columns)).toBe(expected);
  });

  it('needs a label column', async () => {
    const path = await put(folder, 'unlabelled.tsv', 'text\na\n');
    const set = await openExamples([path]);
    expect(() => requireTwoSides(set)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
