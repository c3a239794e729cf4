// From a file with labels to a student folder, its metrics on held-out rows, and a file with its scores.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distill, evaluate, predict } from 'bert2dnn';

const folder = await mkdtemp(join(tmpdir(), 'bert2dnn-example-'));
try {
  const colours = ['red', 'blue', 'green', 'black', 'white'];
  const things = ['lamp', 'shoe', 'chair', 'cup', 'shirt', 'table', 'clock'];
  // A title answers a query if it is the thing asked for: 1 in the same colour, .5 in another one, else 0.
  const rows = [];
  for (const colour of colours) {
    for (const thing of things) {
      for (const otherColour of colours) {
        for (const otherThing of things) {
          const label = thing !== otherThing ? 0 : colour === otherColour ? 1 : 0.5;
          rows.push(`${colour} ${thing},${otherThing} in ${otherColour},${label}`);
        }
      }
    }
  }
  const header = 'query,title,label';
  const isHeldOut = (row) => row.startsWith('green shoe') || row.startsWith('red chair');
  const train = join(folder, 'train.csv');
  const test = join(folder, 'test.csv');
  await writeFile(train, [header, ...rows.filter((row) => !isHeldOut(row)), ''].join('\n'));
  await writeFile(test, [header, ...rows.filter(isHeldOut), ''].join('\n'));

  // Every verb of the command line is a function with the same options in camelCase.
  const student = join(folder, 'student');
  await distill({
    input: [train],
    out: student,
    hiddenLayers: [32],
    epochs: 10,
    batchSize: 32,
    minCount: 1,
  });

  const { gold, rows: numRows } = await evaluate({ model: student, input: [test], positive: 0.5 });
  console.log(`${numRows} rows of queries that the student has not seen`);
  for (const name of ['auc', 'spearman', 'ndcg@10']) {
    const { value, low, high } = gold[name];
    console.log(`${name.padEnd(8)} ${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`);
  }

  const scored = join(folder, 'scored.csv');
  await predict({ model: student, input: [test], out: scored });
  console.log((await readFile(scored, 'utf8')).split('\n').slice(0, 3).join('\n'));
} finally {
  await rm(folder, { recursive: true });
}
