// The job of the benchmark `student-job`, alone in its process so that the peak of memory is its own.
import { join } from 'node:path';
import { openExamples } from '../packages/bert2dnn/dist/data/index.js';
import { distill } from '../packages/bert2dnn/dist/distill/distill.js';

const { folder, threads, epochs, preset, layers, window } = JSON.parse(process.argv[2]);
const phases = [];
const peakMiB = () => Math.round(process.resourceUsage().maxRSS / 1024);
/** A phase that ends when its task is done. Phases may overlap: features are made while the first epoch runs. */
const start = (phase) => {
  const startMs = performance.now();
  let rows = 0;
  return {
    advance(units) {
      rows += units;
    },
    done() {
      phases.push({
        phase,
        rows,
        seconds: (performance.now() - startMs) / 1000,
        peakMiB: peakMiB(),
      });
    },
  };
};

const startMs = performance.now();
const opening = start('open');
const input = await openExamples([join(folder, '*.parquet')], {}, { label: true });
opening.advance(input.numRows);
opening.done();
const result = await distill({
  input,
  out: join(folder, 'student'),
  preset,
  epochs: Number(epochs),
  hiddenLayers: layers.split(',').map(Number),
  windowSize: Number(window),
  threads: Number(threads),
  progress: { start, note: (message) => console.error(message) },
});
const seconds = (performance.now() - startMs) / 1000;
const figures = { rows: 0, peakMiB: peakMiB() };
phases.push({ phase: 'epochs, waiting for features', seconds: result.waitingSeconds, ...figures });
phases.push({ phase: 'all', seconds, ...figures, rows: input.numRows });
console.log(JSON.stringify(phases));
