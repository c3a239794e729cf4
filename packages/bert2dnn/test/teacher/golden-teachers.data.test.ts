// Real MiniLM teachers against PyTorch's ids and logits. Needs the folder BERT2DNN_SHARED with teachers/*/golden.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from '@bert2dnn/autodiff';
import { describe, expect, it } from 'vitest';
import { encodeTexts, padBatch } from '../../src/teacher/encoded-texts.js';
import { buildEncoder } from '../../src/teacher/encoder.js';
import { openModelFolder } from '../../src/teacher/model-folder.js';
import { completeParameters } from '../../src/teacher/start-model.js';
import { loadTeacher } from '../../src/teacher/teacher.js';

const shared = process.env['BERT2DNN_SHARED'];
const reason = shared === undefined ? 'BERT2DNN_SHARED is not set' : '';

interface GoldenRow {
  text: string;
  pair: string | null;
  ids: number[];
  logits: number[];
  cls: number[];
  mean: number[];
  pooled: number[];
}

function openGolden(
  name: string,
): { dir: string; rows: GoldenRow[]; texts: string[][] } | undefined {
  const dir = join(shared ?? '', 'teachers', name);
  if (!existsSync(join(dir, 'golden.json'))) return undefined;
  const { rows } = JSON.parse(readFileSync(join(dir, 'golden.json'), 'utf8')) as {
    rows: GoldenRow[];
  };
  const texts = [rows.map((row) => row.text)];
  if (rows[0].pair !== null) texts.push(rows.map((row) => row.pair ?? ''));
  return { dir, rows, texts };
}

function worstDifference(got: ArrayLike<number>, expected: number[]): number {
  return expected.reduce((most, value, at) => Math.max(most, Math.abs(value - got[at])), 0);
}

describe.skipIf(shared === undefined)(`real teachers ${reason}`, () => {
  it.each(['minilm-l6-sst2', 'minilm-l6-homedepot'])(
    '%s: ids and logits of all rows',
    async (name) => {
      const { dir, rows, texts } = openGolden(name)!;
      const { tokenizer } = await openModelFolder(dir);
      const pairs = rows.map((row) => tokenizer.encode(row.text, row.pair ?? undefined, 64).ids);
      expect(pairs).toEqual(rows.map((row) => row.ids));
      const teacher = await loadTeacher(dir, { threads: 2 });
      const logits = await teacher.logits(texts);
      await teacher.release();
      expect(
        worstDifference(
          logits,
          rows.flatMap((row) => row.logits),
        ),
      ).toBeLessThan(1e-4);
    },
  );

  it.each(['mean', 'cls'] as const)('minilm-l6: the %s vector of all rows', async (pooling) => {
    const { dir, rows } = openGolden('minilm-l6')!;
    const teacher = await loadTeacher(dir, { embeddings: { pooling } });
    expect([teacher.numOutputs, teacher.embeddingSize]).toEqual([0, 384]);
    for (const row of rows) {
      const fields = row.pair === null ? [[row.text]] : [[row.text], [row.pair]];
      const { embeddings } = await teacher.score!(fields);
      expect(worstDifference(embeddings!, row[pooling])).toBeLessThan(1e-4);
    }
    await teacher.release();
  });

  it('minilm-l6: first token and pooler of all rows, without a head', async () => {
    const { dir, rows } = openGolden('minilm-l6')!;
    const { config, tokenizer, weights } = await openModelFolder(dir);
    expect([weights.hasHead, weights.hasPooler]).toEqual([false, true]);
    await expect(loadTeacher(dir)).rejects.toThrow(/has no classification head/);
    const options = { encoder: config.encoder, numOutputs: 1, seed: 1 };
    const { firstToken, pooled } = buildEncoder(config.encoder, 1);
    const { parameters: frozen } = completeParameters(weights.parameters, options);
    const session = await Session.create({ firstToken, pooled }, { threads: 2, frozen });
    for (const row of rows) {
      const fields = row.pair === null ? [[row.text]] : [[row.text], [row.pair]];
      const encoded = encodeTexts(fields, { tokenizer, maxTokens: 64 });
      expect([...encoded.ids.subarray(0, encoded.offsets[1])]).toEqual(row.ids);
      const results = await session.run(padBatch(encoded, [0], tokenizer.padId));
      expect(worstDifference(results['firstToken'].data, row.cls)).toBeLessThan(1e-4);
      expect(worstDifference(results['pooled'].data, row.pooled)).toBeLessThan(1e-4);
    }
    await session.release();
  });
});
