// The committed test vectors of docs/format.md are what this package makes, and what it makes of them.
// An independent reader computes them from their inputs: docs/format/student_reader.py, in `npm run test:peers`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ExecutorChoice } from '../../src/executors/executor.js';
import { Featurizer } from '../../src/features/featurizer.js';
import { parseModel } from '../../src/format/model-file.js';
import type { Student } from '../../src/model/student.js';
import { loadStudentFolder } from '../../src/node/student-folder.js';

interface Script {
  VECTORS_FOLDER: string;
  makeFormatVectors(): Promise<Record<string, string | Uint8Array>>;
}

interface Vectors {
  students: {
    file: string;
    examples: { texts: string[]; ids: Record<string, number[]>; logits: number[] }[];
  }[];
}

const script = join(import.meta.dirname, '../../../../scripts/make-format-vectors.mjs');
const { VECTORS_FOLDER, makeFormatVectors }: Script = await import(pathToFileURL(script).href);
const vectors: Vectors = JSON.parse(readFileSync(join(VECTORS_FOLDER, 'vectors.json'), 'utf8'));

describe('the test vectors', () => {
  it('are what scripts/make-format-vectors.mjs makes', async () => {
    const made = await makeFormatVectors();
    const names = readdirSync(VECTORS_FOLDER, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(VECTORS_FOLDER.length + 1));
    expect(names.sort()).toEqual(Object.keys(made).sort());
    for (const [name, content] of Object.entries(made)) {
      const committed = readFileSync(join(VECTORS_FOLDER, name));
      expect(`${name} ${committed.equals(Buffer.from(content as Uint8Array))}`).toBe(
        `${name} true`,
      );
    }
  });

  it.each(vectors.students)(
    'are what $file gives when it is loaded',
    async ({ file, examples }) => {
      // Logits are defined by the numbers decoded to float32, which is what the reference computes with.
      const student = await load(file, 'reference');
      const { definition, vocabularies } = student;
      const featurizer = new Featurizer(definition, vocabularies);
      for (const { texts, ids, logits } of examples) {
        const buffer = featurizer.createBuffer();
        featurizer.featurize(texts, buffer);
        definition.blocks.forEach(({ name }, index) => {
          const bag = buffer.blocks[index];
          expect([...bag.ids.subarray(0, bag.numIds)]).toEqual(ids[name]);
        });
        student.logits([texts]).forEach((logit, output) => {
          expect(logit).toBeCloseTo(logits[output], 5);
        });
      }
    },
  );

  it.each(vectors.students)(
    'are near what $file gives with the fastest executor',
    async ({ file, examples }) => {
      const student = await load(file, 'auto');
      // Whole numbers round activations to 7 bits too; `bench latency` has what that costs on whole texts.
      const digits = student.executor.endsWith('int8') ? 2 : 5;
      for (const { texts, logits } of examples) {
        student.logits([texts]).forEach((logit, output) => {
          expect(logit).toBeCloseTo(logits[output], digits);
        });
      }
    },
  );

  it('reach every kind of block, both heads and every precision', () => {
    const kinds = new Set(vectors.students.flatMap(({ file }) => kindsOf(file)));
    expect([...kinds].sort()).toEqual([
      ...['characters', 'cross', 'float16', 'float32', 'int8', 'layers', 'match', 'ngrams'],
      'towers',
    ]);
  });
});

function load(file: string, executor: ExecutorChoice): Promise<Student> {
  const path = join(VECTORS_FOLDER, file);
  if (file.endsWith('/')) return loadStudentFolder(path, { executor });
  return parseModel(readFileSync(path), file, { executor });
}

function kindsOf(file: string): string[] {
  const json = file.endsWith('/')
    ? readFileSync(join(VECTORS_FOLDER, file, 'student.json'), 'utf8')
    : studentJson(readFileSync(join(VECTORS_FOLDER, file)));
  const { blocks, head = 'layers', precision = 'float32' } = JSON.parse(json);
  return [...blocks.map(({ kind }: { kind: string }) => kind), head, precision];
}

function studentJson(bytes: Buffer): string {
  const length = Number(bytes.readBigUInt64LE());
  return JSON.parse(bytes.toString('utf8', 8, 8 + length)).__metadata__.student;
}
