// The verbs that a config may name, in the order of the walk.
import type { Verb } from '../verb.js';
import { dataImportVerb } from './data-import.js';
import { distillVerb } from './distill.js';
import { evaluateVerb } from './evaluate.js';
import { exportVerb } from './export.js';
import { finetuneVerb } from './finetune.js';
import { predictVerb } from './predict.js';
import { prepareVerb } from './prepare.js';
import { pretrainVerb } from './pretrain.js';
import { scoreVerb } from './score.js';
import { shopVerb } from './shop.js';
import { stackVerb } from './stack.js';

/** Verbs that can be stages. */
export const STAGE_VERBS: readonly Verb[] = [
  shopVerb,
  dataImportVerb,
  prepareVerb,
  pretrainVerb,
  finetuneVerb,
  scoreVerb,
  stackVerb,
  distillVerb,
  evaluateVerb,
  predictVerb,
  exportVerb,
] as unknown as readonly Verb[];
