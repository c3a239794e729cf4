// The quickstart: the whole walk on a generated shop, as a config that `run` could run, and one table of what came.
// What the numbers are is decided by the stages; here they are put side by side on the same held-out queries.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExampleSet, openExamples, readExamples } from '../data/index.js';
import { fitBm25, fitMajority } from '../evaluate/baselines.js';
import type { Interval } from '../evaluate/bootstrap.js';
import { evaluateModel } from '../evaluate/evaluate.js';
import { type Latency, measureLatency } from '../evaluate/latency.js';
import { openScorer } from '../evaluate/open-scorer.js';
import type { Scorer } from '../evaluate/scorer.js';
import { writeJsonAtomically } from '../foundation/files.js';
import { readConfig } from './config.js';
import { runPipeline, type StageOutcome } from './run.js';
import type { Context, Verb } from './verb.js';

/** One line of the table. */
export interface QuickstartLine {
  model: string;
  auc: Interval;
  ndcg: Interval;
  spearman: Interval;
  /** Size of the weights; absent for baselines. */
  sizeBytes?: number;
  /** From text to score; absent for baselines. */
  latency?: Latency;
}

/** What the quickstart gives. */
export interface QuickstartResult {
  out: string;
  stages: StageOutcome[];
  testRows: number;
  testQueries: number;
  lines: QuickstartLine[];
  /** AUC of the distilled student / AUC of the teacher, on the same draws. */
  retention: Interval;
  /** AUC of the distilled student / AUC of the same student trained on the labels alone, on the same draws. */
  gain: Interval;
  /** Whether the whole interval of `gain` is above 1. */
  distillationHelps: boolean;
  seconds: number;
}

/** The student's structure, the same for every way to train it. */
const STUDENT = {
  preset: 'pair',
  embeddingSize: 32,
  hiddenLayers: [256, 64],
  vocabularySize: 30_000,
};

/**
 * The stages: a teacher learns from the clicks of the log, then from the labels; it scores the transfer set; a student
 * learns from that. Two more students learn from the labels alone and from the clicks alone.
 */
function describeStages(): Record<string, unknown> {
  const fields = { query: 'query', title: 'title' };
  const tiny = { maxTokens: 40, batchSize: 64 };
  return {
    shop: { verb: 'shop' },
    data: {
      verb: 'prepare',
      labelled: ['@shop/labels.tsv'],
      log: ['@shop/queries.tsv'],
      catalogue: ['@shop/catalogue.tsv'],
      fields,
      label: 'grade',
      labelRange: [1, 4],
      shares: '0.6:0.1:0.3',
      transferSize: 120_000,
    },
    'clicks-teacher': {
      verb: 'finetune',
      model: 'tiny',
      train: ['@data/clicks'],
      dev: ['@data/dev.parquet'],
      epochs: 3,
      learningRate: 1e-3,
      vocabularySize: 3000,
      ...tiny,
    },
    teacher: {
      verb: 'finetune',
      model: '@clicks-teacher',
      train: ['@data/train.parquet'],
      dev: ['@data/dev.parquet'],
      epochs: 4,
      learningRate: 3e-4,
      ...tiny,
    },
    scores: { verb: 'score', teacher: '@teacher', input: ['@data/transfer'], shardRows: 8192 },
    'soft-labels': { verb: 'stack', scores: ['@scores'], temperature: 1 },
    student: {
      verb: 'distill',
      input: ['@data/transfer'],
      labels: '@soft-labels',
      dev: ['@data/dev.parquet'],
      epochs: 3,
      ...STUDENT,
    },
    'labels-student': {
      verb: 'distill',
      input: ['@data/train.parquet'],
      dev: ['@data/dev.parquet'],
      epochs: 12,
      ...STUDENT,
    },
    'clicks-student': {
      verb: 'distill',
      input: ['@data/clicks'],
      dev: ['@data/dev.parquet'],
      epochs: 3,
      ...STUDENT,
    },
  };
}

/** The models of the table: stage, and how it is called. */
const MODELS = [
  ['teacher', 'teacher (Transformer: clicks, then labels)'],
  ['student', 'student, distilled from the teacher'],
  ['labels-student', 'same student, labels alone'],
  ['clicks-student', 'same student, clicks alone'],
] as const;

/** Runs the quickstart into `out`, which holds everything it makes; a second run goes on where the first stopped. */
export async function runQuickstart(
  out: string,
  verbs: readonly Verb[],
  context: Context,
): Promise<QuickstartResult> {
  const startMs = performance.now();
  const configPath = join(out, 'bert2dnn.config.json');
  await writeJsonAtomically(configPath, { out: '.', seed: context.seed, stages: describeStages() });
  const stages = await runPipeline(await readConfig(configPath, verbs), context);
  const test = await openExamples([join(out, 'data', 'test.parquet')], {}, { label: true });
  const comparison = await compareModels(out, test, context);
  const result: QuickstartResult = {
    out,
    stages,
    testRows: test.numRows,
    ...comparison,
    distillationHelps: comparison.gain.low > 1,
    seconds: Math.round(performance.now() - startMs) / 1000,
  };
  await writeJsonAtomically(join(out, 'quickstart.json'), result);
  return result;
}

type Comparison = Pick<QuickstartResult, 'lines' | 'testQueries' | 'retention' | 'gain'>;

async function compareModels(out: string, test: ExampleSet, context: Context): Promise<Comparison> {
  const train = await openExamples([join(out, 'data', 'train.parquet')], {}, { label: true });
  const scorers = new Map<string, Scorer>();
  // One thread: a latency that a server with many requests at once would see.
  for (const [stage] of MODELS)
    scorers.set(stage, await openScorer(join(out, stage), { threads: 1 }));
  const evaluate = async (model: Scorer, teacher?: Scorer) =>
    evaluateModel({ model, teacher, input: test, seed: context.seed });
  const texts = await readTexts(test);
  const lines: QuickstartLine[] = [];
  let testQueries = 0;
  for (const [stage, model] of MODELS) {
    const scorer = scorers.get(stage) as Scorer;
    const { gold, groups } = await evaluate(scorer);
    testQueries = groups ?? 0;
    const latency = await measureLatency(scorer, texts, { maxSeconds: 3 });
    lines.push({ model, ...pickMetrics(gold), sizeBytes: await sizeOf(join(out, stage)), latency });
  }
  for (const [model, scorer] of [
    ['BM25', await fitBm25(test)],
    ['majority', await fitMajority(train)],
  ] as const) {
    lines.push({ model, ...pickMetrics((await evaluate(scorer)).gold) });
  }
  const [teacher, student, labelsStudent] = ['teacher', 'student', 'labels-student'].map(
    (stage) => scorers.get(stage) as Scorer,
  );
  const retention = (await evaluate(student, teacher)).retention?.auc as Interval;
  const gain = (await evaluate(student, labelsStudent)).retention?.auc as Interval;
  for (const scorer of scorers.values()) await scorer.release();
  return { lines, testQueries, retention, gain };
}

function pickMetrics(
  gold: Record<string, Interval>,
): Pick<QuickstartLine, 'auc' | 'ndcg' | 'spearman'> {
  // A model that says the same of every row has no correlation; its order is no better than chance.
  const none: Interval = { value: 0, low: 0, high: 0 };
  return { auc: gold.auc, ndcg: gold['ndcg@10'], spearman: gold.spearman ?? none };
}

async function readTexts(set: ExampleSet): Promise<string[][]> {
  const texts: string[][] = Object.keys(set.fields).map(() => []);
  for await (const batch of readExamples(set)) {
    for (const [field, values] of batch.fields.entries()) texts[field].push(...values);
  }
  return texts;
}

async function sizeOf(folder: string): Promise<number> {
  for (const name of ['student.safetensors', 'model.safetensors']) {
    const entry = await stat(join(folder, name)).catch(() => undefined);
    if (entry !== undefined) return entry.size;
  }
  return 0;
}
