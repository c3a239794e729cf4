// All commands, in the order of the walk.
import type { Command } from 'commander';
import { dataCommand } from './data.js';
import { distillCommand } from './distill.js';
import { evaluateCommand } from './evaluate.js';
import { explainCommand } from './explain.js';
import { exportCommand } from './export.js';
import { finetuneCommand } from './finetune.js';
import { jobsCommand } from './jobs.js';
import { predictCommand } from './predict.js';
import { prepareCommand } from './prepare.js';
import { pretrainCommand } from './pretrain.js';
import { quickstartCommand } from './quickstart.js';
import { runCommand } from './run.js';
import { scoreCommand } from './score.js';
import { serveCommand } from './serve.js';
import { shopCommand } from './shop.js';
import { stackCommand } from './stack.js';
import { workerCommand } from './worker.js';

/** Makes every command anew. */
export function createCommands(): Command[] {
  return [
    prepareCommand(),
    pretrainCommand(),
    finetuneCommand(),
    scoreCommand(),
    workerCommand(),
    jobsCommand(),
    stackCommand(),
    distillCommand(),
    evaluateCommand(),
    predictCommand(),
    explainCommand(),
    exportCommand(),
    serveCommand(),
    runCommand(),
    quickstartCommand(),
    shopCommand(),
    dataCommand(),
  ];
}
