import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StudentError } from '../../src/errors.js';
import { computeXxh64 } from '../../src/format/plain-xxh64.js';
import { readSafetensors } from '../../src/format/safetensors-reader.js';
import { type TensorToWrite, writeSafetensors } from '../../src/format/safetensors-writer.js';
import { parseStudent, serializeStudent } from '../../src/format/student-file.js';
import { createStudent } from '../../src/model/student.js';
import { refusalOf } from '../refusal.js';
import { extendedStudent, fullStudent, handMadeParts } from '../tiny-student.js';

const EXAMPLES = [
  ['red drill', 'Red 12V drill'],
  ['', ''],
  ['crème', 'crème 3/4in'],
];

/** The files with other weights, and a checksum that fits them. */
function withWeights(json: string, weights: Uint8Array): { json: string; weights: Uint8Array } {
  const content = JSON.parse(json) as { weights: { xxh64: string } };
  content.weights.xxh64 = computeXxh64(weights).toString(16).padStart(16, '0');
  return { json: JSON.stringify(content), weights };
}

describe('serializeStudent and parseStudent', () => {
  it('give back a student that scores the same and is written in the same bytes', async () => {
    const handMade = createStudent(handMadeParts());
    for (const student of [fullStudent(), extendedStudent(), handMade]) {
      const files = await serializeStudent(student);
      const read = await parseStudent(files, '', { executor: 'reference' });
      expect(read.scoreMany(EXAMPLES)).toEqual(student.scoreMany(EXAMPLES));
      expect(read.definition).toEqual(student.definition);
      expect(await serializeStudent(read)).toEqual(files);
    }
  });

  it('read weights at an odd address', async () => {
    const { json, weights } = await serializeStudent(fullStudent());
    const odd = new Uint8Array(weights.length + 1);
    odd.set(weights, 1);
    const files = { json, weights: odd.subarray(1) };
    const read = await parseStudent(files, '', { executor: 'reference' });
    expect(read.scoreMany(EXAMPLES)).toEqual(fullStudent().scoreMany(EXAMPLES));
  });
});

describe('parseStudent', () => {
  it('refuses every single changed byte of the weights', async () => {
    const { json, weights } = await serializeStudent(createStudent(handMadeParts()));
    for (let position = 0; position < weights.length; position++) {
      const changed = weights.slice();
      changed[position] ^= 1;
      const message = await refusalOf(parseStudent({ json, weights: changed }, 'shop/'));
      expect(message).toContain('STUDENT_INVALID shop/student.safetensors: got xxh64');
    }
  });

  it('takes files of before, which have SHA-256, and refuses changed ones', async () => {
    const { json, weights } = await serializeStudent(fullStudent());
    const older = (sha256: string): string =>
      json.replace(/"xxh64": "\w+"/, `"sha256": "${sha256}"`);
    const read = await parseStudent({ json: older(hash('sha256', weights)), weights });
    expect(await serializeStudent(read)).toEqual({ json, weights });
    const refusal = await refusalOf(parseStudent({ json: older('0'.repeat(64)), weights }));
    expect(refusal).toContain(`got sha256 ${hash('sha256', weights)}`);
  });

  it('refuses broken JSON, other versions and unknown members, naming the file', async () => {
    const { json, weights } = await serializeStudent(createStudent(handMadeParts()));
    const say = (text: string): Promise<string> => refusalOf(parseStudent({ json: text, weights }));
    expect(await say(json.slice(0, -3))).toBe('STUDENT_INVALID student.json: expected JSON');
    expect(await say('null')).toContain('expected a JSON object');
    expect(await say(json.replace('"version": 1', '"version": 2'))).toBe(
      'STUDENT_VERSION student.json: student.version: got v2, expected v1',
    );
    expect(await say(json.replace('{', '{"extra":1,'))).toContain(
      'DEFINITION_INVALID student.json',
    );
    expect(await say(json.replace('{', '{"version":1,'))).toContain('"version" occurs twice');
    expect(await say(json.replace('"xxh64": "', '"xxh64": "x'))).toContain('16 hex digits');
    expect(await say(json.replace(/"xxh64": "./, '"xxh64": "G'))).toContain('16 hex digits');
    expect(await say(json.replace('"xxh64"', '"md5"'))).toContain('weights: expected');
    expect(await say(json.replace('"xxh64"', '"__proto__"'))).toContain('weights: expected');
    expect(await say(json.replace(/("xxh64": )("\w+")/, '$1[$2]'))).toContain('weights: expected');
    expect(await say(json.replace('"xxh64"', '"sha256": "", "xxh64"'))).toContain(
      'weights: expected',
    );
    expect(await say(json.replace('student.safetensors', '../x'))).toContain('weights: expected');
    expect(await say(json.replace(/,\s*"weights": [^}]*}/, ''))).toContain('weights: expected');
  });

  it('refuses tensors that are missing, misshapen, unknown or no vocabulary, with a checksum that fits', async () => {
    const { json, weights } = await serializeStudent(createStudent(handMadeParts()));
    const say = (name: string, tensor: TensorToWrite | undefined): Promise<string> => {
      const tensors: Record<string, TensorToWrite> = Object.fromEntries(
        readSafetensors(weights).tensors,
      );
      if (tensor === undefined) delete tensors[name];
      else tensors[name] = tensor;
      return refusalOf(parseStudent(withWeights(json, writeSafetensors(tensors))));
    };
    const floats = (values: number[], shape: number[]): TensorToWrite => ({
      dtype: 'F32',
      shape,
      data: Float32Array.from(values),
    });
    expect(await say('layer.0.bias', undefined)).toBe(
      'STUDENT_INVALID student.safetensors: tensor layer.0.bias: missing, expected F32 [2]',
    );
    expect(await say('layer.0.bias', floats([1, 2], [1, 2]))).toContain(
      'got F32 [1,2], expected F32 [2]',
    );
    expect(await say('layer.0.bias', floats([1, Number.NaN], [2]))).toContain('number 1 is NaN');
    expect(await say('layer.9.bias', floats([], [0]))).toContain('tensor layer.9.bias: unknown');
    const offsets = { dtype: 'I32', shape: [3], data: Int32Array.of(0, 9, 8) } as const;
    expect(await say('block.query.vocabulary.offsets', offsets)).toContain('VOCABULARY_INVALID');
    const noBytes = { dtype: 'U8', shape: [8], data: new Uint8Array(8).fill(0xff) } as const;
    expect(await say('block.query.vocabulary.bytes', noBytes)).toContain('not UTF-8');
  });

  it('refuses a definition that asks for more rows than the file has, before it makes them', async () => {
    const { json, weights } = await serializeStudent(createStudent(handMadeParts()));
    const greedy = json
      .replace('"size": 2', `"size": ${2 ** 26}`)
      .replace('"embeddingSize": 1', '"embeddingSize": 4096');
    expect(greedy).not.toBe(json);
    const message = await refusalOf(parseStudent({ json: greedy, weights }));
    expect(message).toContain('got F32 [2,1], expected F32 [67108864,4096]');
  });

  it('meets mutated files, checksum adjusted, with a StudentError or a working student', async () => {
    const { json, weights } = await serializeStudent(createStudent(handMadeParts()));
    const mutation = fc.tuple(
      fc.boolean(),
      fc.nat(weights.length - 1),
      fc.integer({ min: 0, max: 255 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (changes) => {
        const changed = weights.slice();
        let text = json;
        for (const [inWeights, position, value] of changes) {
          const at = position % text.length;
          if (inWeights) changed[position] = value;
          else text = text.slice(0, at) + String.fromCharCode(value) + text.slice(at + 1);
        }
        try {
          const files = inOrder(text)
            ? withWeights(text, changed)
            : { json: text, weights: changed };
          const student = await parseStudent(files);
          expect(student.scoreMany(EXAMPLES)).toHaveLength(EXAMPLES.length);
        } catch (error) {
          expect(error).toBeInstanceOf(StudentError);
        }
      }),
      { seed: 14, numRuns: 5_000 },
    );
  });
});

/** Whether a checksum can be put into the JSON text. */
function inOrder(json: string): boolean {
  try {
    const content = JSON.parse(json) as { weights?: unknown } | null;
    return typeof content?.weights === 'object' && content.weights !== null;
  } catch {
    return false;
  }
}
