// Students of an experiment: each trained and measured by the pipeline with every seed, their results kept as files that
// tables are printed of. What they learn from and what is measured is each experiment's own.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createProgress, run } from 'bert2dnn';
import { writeJsonAtomically } from '../packages/bert2dnn/dist/foundation/files.js';

/** Runs stages as a config in `out` and gives their outcomes by name; what is fresh is not done again. */
export async function runStages(out, { seed = 1, stages, threads }) {
  const config = join(out, 'config.json');
  await mkdir(out, { recursive: true });
  await writeJsonAtomically(config, { out: '.', seed, stages });
  const context = { progress: createProgress() };
  if (threads !== undefined) context.threads = Number(threads);
  const { stages: outcomes } = await run({ config }, context);
  return Object.fromEntries(outcomes.map((outcome) => [outcome.stage, outcome]));
}

/** A student's name as that of a stage and a file. Its evaluation is the stage `<name>-gold`. */
export function stageOf(student) {
  return student.replace(/[^a-z0-9]+/gi, '-');
}

/** Writes results into `folder`, each with the machine, the date and what is `common` to all. */
export async function createResultWriter(folder, common = {}) {
  await mkdir(folder, { recursive: true });
  const machine = `${cpus()[0].model} x ${cpus().length}, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  return (name, result) =>
    writeJsonAtomically(join(folder, `${name}.json`), { ...common, machine, date, ...result });
}

/**
 * Trains and measures students with every seed, each seed in a folder of its own under `own`.
 * @param students their settings by name
 * @param write as of `createResultWriter`
 */
export async function runSeeds(
  own,
  { seeds, names, students, stages, threads, write, prefix = '' },
) {
  for (const seed of seeds) {
    const outcomes = await runStages(join(own, `seed-${seed}`), { seed, stages, threads });
    for (const student of names) {
      const stage = stageOf(student);
      const { result, seconds } = outcomes[stage];
      const { numExamples, sizeBytes, examplesPerSecond } = result;
      const { gold, agreement, retention } = outcomes[`${stage}-gold`].result;
      await write(`${prefix}${stage}-${seed}`, {
        student,
        seed,
        settings: students[student],
        training: { numExamples, sizeBytes, examplesPerSecond, seconds },
        gold,
        agreement,
        retention,
      });
    }
  }
}

/** All results of a folder; a teacher first, students in the order of `names`, by seed. */
export async function readResults(folder, names) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const results = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))),
  );
  const order = ['teacher', ...names];
  return results.sort(
    (a, b) => order.indexOf(a.student) - order.indexOf(b.student) || a.seed - b.seed,
  );
}

/** A figure with its interval: `0.869 [0.847, 0.890]`. */
export function interval({ value, low, high }) {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** A table in Markdown: each column is its header and the cell of a result; an absent value is an empty cell. */
export function printResults(results, columns) {
  console.log(`| ${columns.map(([header]) => header).join(' | ')} |`);
  console.log(`|${columns.map(() => '---|').join('')}`);
  for (const result of results) {
    console.log(`| ${columns.map(([, cellOf]) => cellOf(result) ?? '').join(' | ')} |`);
  }
}

/** Columns that every table of students has. */
export const TRAINING_COLUMNS = [
  ['examples', ({ training }) => training?.numExamples.toLocaleString('en')],
  ['MB', ({ training }) => training && (training.sizeBytes / 1e6).toFixed(1)],
];
