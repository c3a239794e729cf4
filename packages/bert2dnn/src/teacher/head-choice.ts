// Which head a fine-tuning trains: the one that the start has, or a new one. Names of classes are kept apart.
import { join } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import type { HeadDescription } from './config.js';
import type { TeacherTask } from './folder-extra.js';
import type { StartModel } from './start-model.js';

/** `keep`: a head that fits is trained on. `new`: the start's head is thrown away. */
export type HeadRule = 'keep' | 'new';

/** Names of the rules. */
export const HEAD_RULES = ['keep', 'new'] as const satisfies readonly HeadRule[];

/** A head to train. */
export interface ChosenHead {
  numOutputs: number;
  /** How config.json will describe it. */
  description: HeadDescription;
}

/** The start without its head. */
export function withoutHead(start: StartModel): StartModel {
  const kept = Object.entries(start.parameters).filter(
    ([place]) => !place.startsWith('classifier.'),
  );
  return { ...start, parameters: Object.fromEntries(kept) };
}

/**
 * The head for a task. A graded task has one output, unless the start is a binary head with two, which then learns on.
 * @throws Bert2dnnError LABEL_INVALID if the start's head names classes that the labels do not have.
 */
export function chooseHead(task: TeacherTask, start: StartModel): ChosenHead {
  const { config, parameters } = start;
  const hasHead = 'classifier.weight' in parameters;
  if (hasHead) checkNames(task, start);
  if (task.kind === 'classes') {
    const description = {
      labels: task.classes,
      problemType: 'single_label_classification' as const,
    };
    return { numOutputs: task.classes.length, description };
  }
  if (hasHead && config.numOutputs === 2) {
    const description = {
      labels: config.labels,
      problemType: 'single_label_classification' as const,
    };
    return { numOutputs: 2, description };
  }
  // One logit with a sigmoid is what transformers calls a multi-label problem of one label.
  const description = {
    labels: ['LABEL_0'],
    problemType: 'multi_label_classification' as const,
  };
  return { numOutputs: 1, description };
}

/** Names other than transformers' own `LABEL_0`, `LABEL_1`, ... mean something: labels must mean the same. */
function checkNames(task: TeacherTask, { config, source }: StartModel): void {
  const { labels } = config;
  if (labels.every((label) => /^LABEL_\d+$/.test(label))) return;
  const isGraded = task.kind === 'graded';
  if (isGraded ? labels.length <= 2 : task.classes.join('\n') === labels.join('\n')) return;
  const got = isGraded ? 'grades' : `the classes ${quote(task.classes)}`;
  const isReordered = !isGraded && quote([...task.classes].sort()) === quote([...labels].sort());
  throw new Bert2dnnError(
    'LABEL_INVALID',
    `${join(source, 'config.json')}: the head tells ${quote(labels)}, the labels are ${got}`,
    {
      hint: isReordered
        ? `Name the classes in the order of the head: --classes ${labels.join(',')}.`
        : 'To learn these labels with a new head on the same encoder: --head new.',
    },
  );
}

function quote(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
