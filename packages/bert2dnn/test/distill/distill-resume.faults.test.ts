// 200 kills with -9 at seeded moments of a distillation: `npm run test:faults`; number and seed by BERT2DNN_FAULTS and
// BERT2DNN_FAULT_SEED.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTestFolder } from '../labels/score-fixture.js';
import { hashFolder } from '../teacher/folder-hash.js';
import { killAgainAndAgain, startChild, writePairs } from './killed-distillation.js';

const folder = await makeTestFolder();
const numKills = Number(process.env['BERT2DNN_FAULTS'] ?? 200);
const seed = Number(process.env['BERT2DNN_FAULT_SEED'] ?? 1);

it(`a distillation killed ${numKills} times (seed ${seed}) always ends with the same bytes`, async () => {
  await writePairs(folder);
  await startChild(folder, { name: 'unbroken', threads: 1 }).ended;
  const expected = await hashFolder(join(folder, 'unbroken', 'student'));
  const report = await killAgainAndAgain(folder, { numKills, seed, expected });
  console.log(
    `${report.numKills} kills, ${report.numFinished} finished, ${report.resumedFrom.length} went on from a checkpoint`,
  );
  expect(report).toMatchObject({ wrong: [], leftovers: [] });
  expect(report.resumedFrom.length).toBeGreaterThan(0);
});
