// Fine-tunes MiniLM-L6 on SST-2 and Home Depot with several seeds. See README.md beside this file.
// Each seed is a pipeline of its own with its result in results/, so seeds can run side by side or one after the other.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createProgress, run } from 'bert2dnn';
import { writeJsonAtomically } from '../../packages/bert2dnn/dist/foundation/files.js';
import { openTask, TASKS } from './tasks.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const RESULTS = join(HERE, 'results');

const { values: options } = parseArgs({
  options: {
    shared: { type: 'string', default: process.env.BERT2DNN_SHARED },
    work: { type: 'string', default: join(HERE, 'work') },
    tasks: { type: 'string', default: Object.keys(TASKS).join() },
    seeds: { type: 'string', default: '1,2,3' },
    threads: { type: 'string' },
    table: { type: 'boolean', default: false },
  },
});
if (options.shared === undefined && !options.table) {
  console.error(
    'usage: node experiments/teachers/run.mjs --shared DIR [--tasks sst2,homedepot] [--seeds 1,2,3] [--threads N] | --table',
  );
  process.exit(2);
}

/** Fine-tunes and evaluates one seed; what is fresh is not done again. */
async function runSeed(task, seed, { shared, work }) {
  const { columns, training = {}, epochs } = TASKS[task];
  const { train, dev } = await openTask(task, { shared, work });
  const folder = join(work, `${task}-${seed}`);
  const config = join(folder, 'config.json');
  await mkdir(folder, { recursive: true });
  const model = join(shared, 'teachers', 'minilm-l6');
  const stages = {
    teacher: {
      verb: 'finetune',
      model,
      train: [train],
      dev: [dev],
      epochs,
      ...columns,
      ...training,
    },
    gold: { verb: 'evaluate', model: '@teacher', input: [dev], ...columns },
  };
  await writeJsonAtomically(config, { out: '.', seed, stages });
  const context = { progress: createProgress() };
  if (options.threads !== undefined) context.threads = Number(options.threads);
  const { stages: outcomes } = await run({ config }, context);
  const [teacher, gold] = outcomes;
  await mkdir(RESULTS, { recursive: true });
  await writeJsonAtomically(join(RESULTS, `${task}-${seed}.json`), {
    task,
    seed,
    machine: `${cpus()[0].model} x ${cpus().length}, Node ${process.version}`,
    date: new Date().toISOString().slice(0, 10),
    threads: context.threads ?? cpus().length,
    seconds: teacher.seconds,
    bestEpoch: teacher.result.bestEpoch,
    epochs: teacher.result.epochs,
    rows: gold.result.rows,
    gold: gold.result.gold,
  });
}

/** The figures of all seeds that have run, as Markdown tables. */
async function printTables() {
  const names = (await readdir(RESULTS)).filter((name) => name.endsWith('.json')).sort();
  const results = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(RESULTS, name), 'utf8'))),
  );
  for (const [task, { metrics, goal }] of Object.entries(TASKS)) {
    const rows = results.filter((result) => result.task === task);
    console.log(`\n${task}: PyTorch's ${goal.metric} is ${goal.pytorch}\n`);
    const header = [
      'seed',
      ...metrics,
      `${goal.metric} less PyTorch's`,
      'epoch kept',
      'minutes',
      'tokens/s',
      'threads',
    ];
    console.log(`| ${header.join(' | ')} |\n|${header.map(() => '---|').join('')}`);
    for (const { seed, gold, bestEpoch, epochs, seconds, threads } of rows) {
      const gap = gold[goal.metric].value - goal.pytorch;
      const cells = [
        seed,
        ...metrics.map((name) => gold[name].value.toFixed(4)),
        `${gap >= 0 ? '+' : ''}${gap.toFixed(4)}`,
        `${bestEpoch} of ${epochs.length}`,
        Math.round(seconds / 60),
        Math.round(epochs.reduce((sum, epoch) => sum + epoch.tokensPerSecond, 0) / epochs.length),
        threads,
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
}

if (!options.table) {
  const [shared, work] = [resolve(options.shared), resolve(options.work)];
  for (const task of options.tasks.split(',')) {
    for (const seed of options.seeds.split(',').map(Number))
      await runSeed(task, seed, { shared, work });
  }
}
await printTables();
