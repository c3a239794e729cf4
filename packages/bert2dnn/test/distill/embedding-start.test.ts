// Tables from a teacher's embeddings: on the principal axes of a table whose axes are known, and where distances are kept.
import { embeddingName, initializeParameters, Vocabulary } from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import { startEmbeddings, type TokenEmbeddings } from '../../src/distill/embedding-start.js';
import { withVocabularySizes } from '../../src/distill/featurize.js';
import { presetDefinition } from '../../src/distill/presets.js';
import { createRandom } from '../../src/foundation/random.js';

const NUM_PIECES = 40;
const WIDTH = 6;
/** Spread of the pieces along each direction; the last two hardly vary. */
const SPREAD = [8, 6, 4, 3, 0.001, 0.001];

/** Pieces scattered along the columns of a reflection, around a mean far from 0. */
function makeSource(): TokenEmbeddings {
  const random = createRandom(9, 'pieces');
  const normal = Array.from({ length: WIDTH }, () => random.nextNormal());
  const length = normal.reduce((sum, value) => sum + value * value, 0);
  const table = new Float32Array(NUM_PIECES * WIDTH);
  for (let piece = 0; piece < NUM_PIECES; piece++) {
    const scattered = SPREAD.map((spread) => spread * random.nextNormal());
    const along = scattered.reduce((sum, value, h) => sum + value * normal[h], 0);
    for (let h = 0; h < WIDTH; h++) {
      table[piece * WIDTH + h] = 20 + scattered[h] - (2 * along * normal[h]) / length;
    }
  }
  // "p3" is piece 3; other words are unknown.
  const encodeText = (text: string) =>
    text.split(' ').flatMap((word) => (/^p\d+$/.test(word) ? [Number(word.slice(1))] : []));
  return { table, width: WIDTH, encodeText };
}

function makeStudent(embeddingSize: number, tokens: string[]) {
  const draft = presetDefinition('bag', ['text'], { embeddingSize, hiddenLayers: [4] });
  const vocabularies = { bag: Vocabulary.fromTokens(tokens) };
  const definition = withVocabularySizes(draft, vocabularies);
  const parameters = initializeParameters(definition, createRandom(1, 'start').next);
  return { definition, vocabularies, parameters };
}

const TOKENS = ['p0', 'p1', 'p0 p1', '^ p2', 'p3 $', 'unknown', 'p4', 'p5 p6'];
const PIECES = [[0], [1], [0, 1], [2], [3], [], [4], [5, 6]];

describe('startEmbeddings', () => {
  it('keeps, but for a scale, the distances of the means of the pieces', () => {
    const source = makeSource();
    const student = makeStudent(4, TOKENS);
    expect(startEmbeddings(student, source, 1)).toBe(7);
    const table = student.parameters[embeddingName('bag')];
    const means = PIECES.map((ids) =>
      Array.from({ length: WIDTH }, (_, h) =>
        ids.reduce((sum, id) => sum + source.table[id * WIDTH + h] / ids.length, 0),
      ),
    );
    const rows = TOKENS.map((_, id) => [...table.subarray(id * 4, id * 4 + 4)]);
    const distance = (left: number[], right: number[]) =>
      Math.hypot(...left.map((value, index) => value - right[index]));
    const known = PIECES.flatMap((ids, token) => (ids.length > 0 ? [token] : []));
    const ratio = distance(rows[0], rows[1]) / distance(means[0], means[1]);
    for (const left of known) {
      for (const right of known) {
        // The four axes that are kept hold all but a thousandth.
        const expected = ratio * distance(means[left], means[right]);
        expect(distance(rows[left], rows[right])).toBeCloseTo(expected, 3);
      }
    }
    const squares = known.flatMap((token) => rows[token].map((value) => value * value));
    const variance = squares.reduce((sum, value) => sum + value / squares.length, 0);
    expect(variance).toBeCloseTo(1 / 4, 5);
  });

  it('leaves rows without a piece, and columns beyond the width of the teacher', () => {
    const before = makeStudent(8, TOKENS).parameters[embeddingName('bag')];
    const student = makeStudent(8, TOKENS);
    startEmbeddings(student, makeSource(), 1);
    const after = student.parameters[embeddingName('bag')];
    const unknown = TOKENS.indexOf('unknown');
    expect(after.subarray(unknown * 8, unknown * 8 + 8)).toEqual(
      before.subarray(unknown * 8, unknown * 8 + 8),
    );
    expect([...after.subarray(WIDTH, 8)]).toEqual([...before.subarray(WIDTH, 8)]);
    expect([...after.subarray(0, WIDTH)]).not.toEqual([...before.subarray(0, WIDTH)]);
  });

  it('puts the same n-gram of two fields at the same place', () => {
    const draft = presetDefinition('pair', ['query', 'title'], {
      embeddingSize: 4,
      hiddenLayers: [4],
      crossSize: 64,
      matchSize: 1024,
    });
    const vocabularies = {
      query: Vocabulary.fromTokens(['p1', 'p2 p3']),
      title: Vocabulary.fromTokens(['p7', 'p2 p3', 'p1']),
    };
    const definition = withVocabularySizes(draft, vocabularies);
    const parameters = initializeParameters(definition, createRandom(1, 'start').next);
    startEmbeddings({ definition, vocabularies, parameters }, makeSource(), 1);
    const rowOf = (block: string, id: number) =>
      parameters[embeddingName(block)].slice(4 * id, 4 * id + 4);
    expect(rowOf('query', 0)).toEqual(rowOf('title', 2));
    expect(rowOf('query', 1)).toEqual(rowOf('title', 1));
  });
});
