// A teacher's scores read back from the folder that the stage `score` wrote, checked to be of the same input.

import { basename, resolve } from 'node:path';
import type { ExampleSet } from '../data/examples.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintFile } from '../foundation/fingerprint.js';
import { openScoreFolder, readLogits } from '../labels/score-folder.js';
import { marginOf } from '../teacher/margin.js';
import type { ModelScores } from './scored-rows.js';

/**
 * Reads the scores of `input` from `folder`; two logits become one margin.
 * @throws Bert2dnnError SCORES_MISMATCH when they are of another input or shards are missing; as `openScoreFolder`.
 */
export async function readTeacherScores(folder: string, input: ExampleSet): Promise<ModelScores> {
  const scores = await openScoreFolder(folder);
  const { numRows, numOutputs, inputs } = scores.manifest;
  const fingerprints = await Promise.all(input.files.map(fingerprintFile));
  const scored = inputs.map((each) => each.fingerprint);
  if (numRows !== input.numRows || String(scored) !== String(fingerprints)) {
    throw new Bert2dnnError(
      'SCORES_MISMATCH',
      `${folder}: got scores of ${inputs.map((each) => each.path).join(', ')} (${numRows} rows), expected those of ${input.files.join(', ')} (${input.numRows} rows)`,
      { hint: 'Score the files that you evaluate on, in the same order.' },
    );
  }
  const logits = new Float64Array(numRows * numOutputs);
  for await (const batch of readLogits(scores)) logits.set(batch.logits, batch.start * numOutputs);
  return {
    name: basename(resolve(folder)),
    numOutputs: numOutputs === 2 ? 1 : numOutputs,
    logits: numOutputs === 2 ? marginOf(logits, 2) : logits,
    temperature: 1,
    calibrated: true,
  };
}
