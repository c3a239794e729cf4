// The part of a model card that says how to use the model: commands of bert2dnn, and Python.
import type { FolderExtra } from './folder-extra.js';
import { QUANTIZED_PLACE } from './quantized-model.js';

/** Stands for the folder, whose name is no part of the card: a copy elsewhere is the same model. */
const FOLDER = 'path/to/this/folder';

/** The section as Markdown. */
export function describeUse(extra: FolderExtra): string {
  const isMasked = extra.task.kind === 'masked-lm';
  const commands = isMasked ? finetuneCommand(extra) : scoreCommands(extra);
  const python = isMasked ? maskedPython() : classifierPython(extra);
  const parts = ['## Use', '', fence('sh', commands), '', fence('python', python)];
  if (!isMasked) {
    parts.push(
      '',
      'transformers.js finds the int8 model by `dtype: "q8"`, Optimum by ' +
        `\`ORTModelForSequenceClassification.from_pretrained(folder, subfolder="${QUANTIZED_PLACE.folder}", file_name="${QUANTIZED_PLACE.file}")\`.`,
    );
  }
  return parts.join('\n');
}

function scoreCommands({ fields }: FolderExtra): string[] {
  const columns = columnOption(fields);
  return [
    `bert2dnn score --teacher ${FOLDER} --input texts.tsv ${columns} --out scores`,
    `bert2dnn score --teacher ${FOLDER} --input texts.tsv ${columns} --out scores-int8 --precision int8`,
  ];
}

function finetuneCommand({ fields }: FolderExtra): string[] {
  return [
    `bert2dnn finetune --model ${FOLDER} --train train.tsv --dev dev.tsv ${columnOption(fields)} --label label --out teacher`,
  ];
}

/** Columns of the same names as the fields. */
function columnOption(fields: readonly string[]): string {
  if (fields.length === 1 && fields[0] === 'text') return '--text text';
  return `--fields ${quoteShell(fields.map((field) => `${field}=${field}`).join(','))}`;
}

function classifierPython({ fields, maxTokens, task }: FolderExtra): string[] {
  const texts = fields.length === 1 ? '["a text"]' : '["first text"], ["second text"]';
  const probabilities =
    task.kind === 'classes'
      ? 'logits.softmax(-1)'
      : 'logits.sigmoid() if logits.shape[-1] == 1 else logits.softmax(-1)[:, 1:]';
  return [
    'import torch',
    'from transformers import AutoModelForSequenceClassification, AutoTokenizer',
    '',
    `folder = "${FOLDER}"`,
    'tokenizer = AutoTokenizer.from_pretrained(folder)',
    'model = AutoModelForSequenceClassification.from_pretrained(folder).eval()',
    `batch = tokenizer(${texts}, truncation=True, max_length=${maxTokens}, padding=True, return_tensors="pt")`,
    'with torch.no_grad():',
    '    logits = model(**batch).logits',
    `print(${probabilities})`,
  ];
}

function maskedPython(): string[] {
  return [
    'from transformers import pipeline',
    '',
    `fill = pipeline("fill-mask", "${FOLDER}")`,
    'print(fill(f"red {fill.tokenizer.mask_token} for men"))',
  ];
}

function fence(language: string, lines: readonly string[]): string {
  return ['```' + language, ...lines, '```'].join('\n');
}

/** As it is if no shell changes it, else in single quotes. */
function quoteShell(text: string): string {
  return /^[\w./=,:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
