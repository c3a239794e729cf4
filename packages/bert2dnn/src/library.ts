// The verbs as functions: `await distill({ input: ['transfer'], labels: 'labels', out: 'student' })`.
// Options have the names and defaults of the command line, in camelCase.
import { availableParallelism } from 'node:os';
import { SILENT } from './foundation/progress.js';
import { asFunction, type Context } from './pipeline/verb.js';
import { dataImportVerb } from './pipeline/verbs/data-import.js';
import { dataListVerb } from './pipeline/verbs/data-list.js';
import { dataStatsVerb } from './pipeline/verbs/data-stats.js';
import { distillVerb } from './pipeline/verbs/distill.js';
import { evaluateVerb } from './pipeline/verbs/evaluate.js';
import { explainVerb } from './pipeline/verbs/explain.js';
import { exportVerb } from './pipeline/verbs/export.js';
import { finetuneVerb } from './pipeline/verbs/finetune.js';
import { jobsVerb } from './pipeline/verbs/jobs.js';
import { predictVerb } from './pipeline/verbs/predict.js';
import { prepareVerb } from './pipeline/verbs/prepare.js';
import { pretrainVerb } from './pipeline/verbs/pretrain.js';
import { quickstartVerb } from './pipeline/verbs/quickstart.js';
import { runVerb } from './pipeline/verbs/run.js';
import { scoreVerb } from './pipeline/verbs/score.js';
import { serveVerb } from './pipeline/verbs/serve.js';
import { shopVerb } from './pipeline/verbs/shop.js';
import { stackVerb } from './pipeline/verbs/stack.js';
import { workerVerb } from './pipeline/verbs/worker.js';

/** The context of a call that gives none: silent, seed 1, all cores. */
function makeContext(): Context {
  return { progress: SILENT, seed: 1, threads: availableParallelism(), force: false };
}

/** A downloaded public data set to files that `prepare` reads. */
export const importData = asFunction(dataImportVerb, makeContext);
/** The public data sets that can be imported. */
export const listData = asFunction(dataListVerb, makeContext);
/** What is in a prepared folder or in files: labels, texts, duplicates, languages, leakage. */
export const dataStats = asFunction(dataStatsVerb, makeContext);
/** Labelled and unlabelled files to splits by query and a transfer set. */
export const prepare = asFunction(prepareVerb, makeContext);
/** An encoder that learnt the language of unlabelled texts, as a start for `finetune`. */
export const pretrain = asFunction(pretrainVerb, makeContext);
/** A teacher from a Hugging Face folder, or a small one from scratch. */
export const finetune = asFunction(finetuneVerb, makeContext);
/** A teacher's logits for every row, in resumable shards. */
export const score = asFunction(scoreVerb, makeContext);
/** A running worker that scores what was submitted to a queue. */
export const worker = asFunction(workerVerb, makeContext);
/** What a queue holds now. */
export const jobs = asFunction(jobsVerb, makeContext);
/** Teachers' logits to soft labels. */
export const stack = asFunction(stackVerb, makeContext);
/** A student from texts and soft labels. */
export const distill = asFunction(distillVerb, makeContext);
/** Gold metrics, agreement and retention with intervals. */
export const evaluate = asFunction(evaluateVerb, makeContext);
/** A file with scores beside its rows. */
export const predict = asFunction(predictVerb, makeContext);
/** Why one example gets its score. */
export const explain = asFunction(explainVerb, makeContext);
/** A student for somewhere else, in fewer bytes where that is asked for. */
export const exportModel = asFunction(exportVerb, makeContext);
/** A running HTTP server. */
export const serve = asFunction(serveVerb, makeContext);
/** The stages of a config file. */
export const run = asFunction(runVerb, makeContext);
/** A generated shop as files. */
export const shop = asFunction(shopVerb, makeContext);
/** The whole walk on a generated shop. */
export const quickstart = asFunction(quickstartVerb, makeContext);
