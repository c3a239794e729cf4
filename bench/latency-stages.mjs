// Where a pair's time goes: text to ids, with and without match features, and numbers from ids, with and without the rows
// of the tables. Differences of medians; pairs are new in every round, as in `bench latency`.
import { createStudent, FeatureBuffer, Featurizer, quantizeStudent } from '@bert2dnn/student';
import { createExecutor } from '../packages/student/dist/executors/create-executor.js';
import { median, printTable } from './measure.mjs';

const BATCH_SIZE = 100;
/** Rounds over all pairs of each stage, and the first of them that count. */
const [ROUNDS, FIRST_ROUND] = [14, 5];

/** Prints microseconds a pair in batches, for each of the ways `[executor, precision]` to run a student. */
export function printStages(student, texts, ways) {
  const { definition, vocabularies } = student;
  const others = definition.blocks.filter(({ kind }) => kind !== 'match');
  const featurize = (featurizer) => {
    const buffer = featurizer.createBuffer();
    return (batch) => {
      buffer.clear();
      featurizer.featurizeAll(batch.length, (index) => batch[index], buffer);
      return buffer;
    };
  };
  const toIds = featurize(new Featurizer(definition, vocabularies));
  const withoutMatch = featurize(new Featurizer({ ...definition, blocks: others }, vocabularies));
  const text = medianUs(texts, (batch) => batch, toIds);
  const match = text - medianUs(texts, (batch) => batch, withoutMatch);
  const rows = [];
  for (const [executor, precision] of ways) {
    const { parameters } = quantizeStudent(student, precision);
    const runner = createExecutor(definition, parameters, executor);
    if (!runner.name.startsWith(executor)) continue;
    const all = medianUs(texts, toIds, (buffer) => runner.run(buffer));
    const layers = medianUs(
      texts,
      () => nearBags(definition),
      (buffer) => runner.run(buffer),
    );
    const whole = createStudent({ definition, vocabularies, parameters }, { executor });
    const batch = medianUs(
      texts,
      (some) => some,
      (some) => whole.scoreMany(some),
    );
    rows.push([runner.name, text, match, all - layers, layers, batch].map(show));
  }
  printTable(
    [
      'µs a pair in batches',
      'text to ids',
      'of it match features',
      'rows of tables',
      'layers',
      'all',
    ],
    rows,
  );
}

function show(value) {
  return typeof value === 'number' ? value.toFixed(1) : value;
}

/** Median microseconds a pair that `call` takes for what `prepare` makes of a batch. */
function medianUs({ pairs, renew }, prepare, call) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = renew(pairs, round);
    for (let start = 0; start + BATCH_SIZE <= fresh.length; start += BATCH_SIZE) {
      const input = prepare(fresh.slice(start, start + BATCH_SIZE));
      const startMs = performance.now();
      call(input);
      if (round >= FIRST_ROUND) times.push(performance.now() - startMs);
    }
  }
  return (1000 * median(times)) / BATCH_SIZE;
}

/** As many examples, each bag a single row that the cache holds: what is left is the layers. */
function nearBags(definition) {
  const buffer = new FeatureBuffer(definition.blocks.length);
  definition.blocks.forEach(({ size }, index) => {
    for (let row = 0; row < BATCH_SIZE; row++) {
      buffer.blocks[index].push(row % size);
      buffer.blocks[index].endExample();
    }
  });
  return buffer;
}
