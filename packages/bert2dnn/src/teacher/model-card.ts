// The model card: README.md of a saved folder, with the front matter that the Hugging Face Hub reads.
// Text only, from what bert2dnn.json and config.json say; no clock, no paths, so equal models have equal cards.
import type { Json } from '../foundation/fingerprint.js';
import { CODE_VERSION } from '../foundation/version.js';
import type { TeacherConfig } from './config.js';
import type { FolderExtra, SourceFile } from './folder-extra.js';
import { describeUse } from './model-card-use.js';
import { QUANTIZED_PLACE } from './quantized-model.js';

/** What a card is written from. */
export interface ModelCardContent {
  config: TeacherConfig;
  /** Content of config.json. */
  description: Readonly<Record<string, Json>>;
  extra: FolderExtra;
}

type Metrics = { [key: string]: Json | undefined };

/** Metrics as the Hub names them. */
const HUB_METRICS: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  auc: 'roc_auc',
  spearman: 'spearmanr',
  perplexity: 'perplexity',
};

/** Metrics in words. */
const METRIC_TITLES: Readonly<Record<string, string>> = {
  logLoss: 'log loss',
  auc: 'AUC',
  accuracy: 'accuracy',
  spearman: 'Spearman',
  loss: 'loss of masked tokens',
  perplexity: 'perplexity',
  trainLoss: 'training loss',
  largestLogitDifference: 'largest logit difference',
  meanLogitDifference: 'mean logit difference',
};

/** The text of a README.md. */
export function describeModelCard(content: ModelCardContent): string {
  const sections = [
    describeFrontMatter(content),
    `# ${describeTitle(content.extra)}`,
    describeModel(content),
    describeData(content),
    describeTraining(content),
    describeMetrics(content.extra.metrics),
    describeQuantized(content.extra),
    describeUse(content.extra),
    describeLimits(content),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function describeFrontMatter({ config, extra }: ModelCardContent): string {
  const isMasked = extra.task.kind === 'masked-lm';
  const pipeline = isMasked ? 'fill-mask' : 'text-classification';
  const metrics = Object.keys(extra.metrics).flatMap((name) => HUB_METRICS[name] ?? []);
  return [
    '---',
    'library_name: transformers',
    `pipeline_tag: ${pipeline}`,
    'tags:',
    ...[pipeline, config.family.modelType, 'bert2dnn', ...(isMasked ? [] : ['onnx'])].map(
      (tag) => `- ${tag}`,
    ),
    ...(metrics.length === 0 ? [] : ['metrics:', ...metrics.map((name) => `- ${name}`)]),
    '---',
  ].join('\n');
}

function describeTitle({ task, provenance }: FolderExtra): string {
  const kind = task.kind === 'masked-lm' ? 'Pretrained encoder' : 'Text classifier';
  if (provenance === undefined) return kind;
  const { base } = provenance;
  return base === 'tiny' ? `${kind}, trained from scratch` : `${kind}, from ${inline(base)}`;
}

function describeModel({ config, description, extra }: ModelCardContent): string {
  const { encoder } = config;
  const base = extra.provenance?.base;
  const architecture = String((description['architectures'] as Json[] | undefined)?.[0] ?? '');
  const kind =
    extra.task.kind === 'masked-lm'
      ? 'An encoder that was trained to fill in masked tokens: a start for fine-tuning.'
      : `A text classifier. ${describeTask(extra)}`;
  const start =
    base === undefined
      ? ''
      : base === 'tiny'
        ? ' It was trained from scratch.'
        : ` Training started from \`${code(base)}\`.`;
  return [
    `${kind}${start}`,
    '',
    `\`${architecture}\`: ${encoder.numLayers} layers, width ${encoder.hiddenSize}, ${encoder.numHeads} heads, ` +
      `vocabulary ${encoder.vocabularySize}; at most ${extra.maxTokens} tokens of a row were read in training. ` +
      `Made by bert2dnn ${CODE_VERSION}.`,
  ].join('\n');
}

/** What the logits mean. */
function describeTask({ task }: FolderExtra): string {
  if (task.kind === 'classes') {
    const names = task.classes.map((name, id) => `${id} = ${inline(name)}`).join(', ');
    return `Softmax of the logits gives the probability of each class: ${names}.`;
  }
  if (task.kind !== 'graded') return '';
  const [low, high] = task.labelRange;
  const label = low === 0 && high === 1 ? 'the label' : `(label - ${low}) / ${high - low}`;
  return (
    `Labels were grades from ${low} to ${high}, mapped to 0..1. The probability that the model gives (sigmoid of one logit, ` +
    `or softmax of two, the second being positive) estimates ${label}.`
  );
}

function describeData({ extra }: ModelCardContent): string {
  const { fields, provenance } = extra;
  const roles =
    fields.length === 1
      ? `The field is \`${code(fields[0])}\`.`
      : `Fields: ${fields.map((field) => `\`${code(field)}\``).join(', ')}; the first is the first text of a pair, the rest the second.`;
  const lines = ['## Data', '', roles];
  if (provenance === undefined) return lines.join('\n');
  const rowsOf = (part: string, files: readonly SourceFile[]): string[][] =>
    files.map(({ file, numRows, fingerprint }) => [
      part,
      `\`${code(file)}\``,
      `${numRows}`,
      `\`${fingerprint}\``,
    ]);
  const rows = [...rowsOf('training', provenance.train), ...rowsOf('dev', provenance.dev)];
  lines.push('', ...table(['part', 'file', 'rows', 'fingerprint'], rows));
  if (provenance.dev.length === 0) lines.push('', 'Dev rows were held out of the training files.');
  lines.push('', 'A fingerprint is the first 16 hex digits of the SHA-256 of the file.');
  return lines.join('\n');
}

function describeTraining({ extra }: ModelCardContent): string {
  const rows = Object.entries(extra.training)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [`\`${code(name)}\``, `\`${code(JSON.stringify(value))}\``]);
  if (rows.length === 0) return '';
  return ['## Training options', '', ...table(['option', 'value'], rows)].join('\n');
}

function describeMetrics(metrics: Metrics): string {
  const { int8: _, epochs, ...kept } = metrics;
  const lines = ['## Metrics on the dev rows', ''];
  const [names, values] = [numericNames(kept), kept];
  if (names.length === 0) return '';
  lines.push(...table(names.map(titleOf), [names.map((name) => formatNumber(values[name]))]));
  lines.push(
    '',
    'The epoch with the best dev metric was kept: these figures are its own, and so a little too good.',
  );
  if (!Array.isArray(epochs) || epochs.length === 0) return lines.join('\n');
  const columns = numericNames(epochs[0] as Metrics);
  const rows = epochs.map((epoch, index) => [
    `${index + 1}`,
    ...columns.map((name) => formatNumber((epoch as Metrics)[name])),
  ]);
  return [...lines, '', ...table(['epoch', ...columns.map(titleOf)], rows)].join('\n');
}

function describeQuantized({ metrics }: FolderExtra): string {
  const int8 = metrics['int8'] as Metrics | undefined;
  if (int8 === undefined) return '';
  const both = numericNames(int8).filter((name) => metrics[name] !== undefined);
  const own = numericNames(int8).filter((name) => metrics[name] === undefined);
  const rows = [
    ...both.map((name) => [titleOf(name), formatNumber(metrics[name]), formatNumber(int8[name])]),
    ...own.map((name) => [titleOf(name), '', formatNumber(int8[name])]),
  ];
  return [
    '## The int8 model',
    '',
    `\`${QUANTIZED_PLACE.folder}/${QUANTIZED_PLACE.file}\` has 8-bit weights (one bit less in products, so that no ` +
      'processor overflows) and quantizes activations at run time, token by token. On the dev rows:',
    '',
    ...table(['metric', 'float32', 'int8'], rows),
  ].join('\n');
}

/** A pretraining splits long single texts; pairs, and whatever is fine-tuned, are cut. */
function describeLength({ task, fields, maxTokens }: FolderExtra): string {
  if (task.kind === 'masked-lm' && fields.length === 1)
    return `- Longer texts were split into rows of at most ${maxTokens} tokens: nothing further apart was seen together.`;
  return `- Longer texts were cut to ${maxTokens} tokens in training; what comes after was never seen.`;
}

function describeLimits({ extra }: ModelCardContent): string {
  const lines = [
    '## Limits',
    '',
    describeLength(extra),
    '- It knows the language, the domain and the labels of its training rows; elsewhere, measure first.',
  ];
  if (extra.task.kind !== 'masked-lm')
    lines.push(
      '- Probabilities are as confident as the training left them; they were not calibrated.',
    );
  lines.push(
    '- The license depends on the base model and the data, which this card does not know.',
  );
  return lines.join('\n');
}

function numericNames(metrics: Metrics): string[] {
  return Object.keys(metrics).filter((name) => typeof metrics[name] === 'number');
}

function titleOf(name: string): string {
  return METRIC_TITLES[name] ?? name;
}

function formatNumber(value: Json | undefined): string {
  return typeof value === 'number' ? `${Number(value.toPrecision(5))}` : '';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** Text of others in a line of Markdown: on one line, with nothing that formats. */
function inline(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|]/g, '\\$&');
}

/** Text of others in backticks: on one line, without backticks. */
function code(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('`', "'");
}
