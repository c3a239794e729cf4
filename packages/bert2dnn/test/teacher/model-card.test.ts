// The model card: what the Hub reads, every figure that is known, nothing that is not, and text of others made harmless.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TeacherConfig } from '../../src/teacher/config.js';
import type { FolderExtra } from '../../src/teacher/folder-extra.js';
import { describeModelCard } from '../../src/teacher/model-card.js';
import { openModelFolder } from '../../src/teacher/model-folder.js';

const TINY_BERT = join(fileURLToPath(new URL('../golden', import.meta.url)), 'tiny-bert');

let config: TeacherConfig;
beforeAll(async () => {
  config = (await openModelFolder(TINY_BERT)).config;
});

const GRADED: FolderExtra = {
  fields: ['query', 'title'],
  maxTokens: 48,
  task: { kind: 'graded', labelRange: [1, 3] },
  training: { epochs: 2, learningRate: 5e-5, schedule: 'linear', seed: 7 },
  metrics: {
    logLoss: 0.512345678,
    auc: 0.7565,
    accuracy: 0.8,
    epochs: [
      { trainLoss: 0.7, logLoss: 0.6, auc: 0.7 },
      { trainLoss: 0.5, logLoss: 0.512345678, auc: 0.7565 },
    ],
    int8: { logLoss: 0.52, auc: 0.7562, accuracy: 0.79, largestLogitDifference: 0.21 },
  },
  provenance: {
    base: 'minilm-l6',
    train: [{ file: 'labels.tsv', numRows: 1000, fingerprint: 'aaaaaaaaaaaaaaaa' }],
    dev: [{ file: 'dev.tsv', numRows: 200, fingerprint: 'bbbbbbbbbbbbbbbb' }],
  },
};

function cardOf(extra: FolderExtra): string {
  const description = { architectures: ['BertForSequenceClassification'] };
  return describeModelCard({ config, description, extra });
}

describe('the card of a classifier', () => {
  it('begins with the front matter of the Hub, without a license that nobody stated', () => {
    expect(cardOf(GRADED).split('\n').slice(0, 14)).toEqual([
      '---',
      'library_name: transformers',
      'pipeline_tag: text-classification',
      'tags:',
      '- text-classification',
      '- bert',
      '- bert2dnn',
      '- onnx',
      'metrics:',
      '- roc_auc',
      '- accuracy',
      '---',
      '',
      '# Text classifier, from minilm-l6',
    ]);
    expect(cardOf(GRADED)).not.toMatch(/^license:/m);
  });

  it('states data, options, metrics of each epoch and the loss by int8', () => {
    const lines = cardOf(GRADED).split('\n');
    for (const line of [
      '| training | `labels.tsv` | 1000 | `aaaaaaaaaaaaaaaa` |',
      '| dev | `dev.tsv` | 200 | `bbbbbbbbbbbbbbbb` |',
      '| `learningRate` | `0.00005` |',
      '| `schedule` | `"linear"` |',
      '| log loss | AUC | accuracy |',
      '| 0.51235 | 0.7565 | 0.8 |',
      '| epoch | training loss | log loss | AUC |',
      '| 2 | 0.5 | 0.51235 | 0.7565 |',
      '| AUC | 0.7565 | 0.7562 |',
      '| largest logit difference |  | 0.21 |',
    ]) {
      expect(lines).toContain(line);
    }
    expect(cardOf(GRADED)).toContain('Training started from `minilm-l6`');
    expect(cardOf(GRADED)).toContain('estimates (label - 1) / 2');
  });

  it('says how to score with it, by command and in Python', () => {
    const card = cardOf({ ...GRADED, fields: ['query', "item's title"] });
    expect(card).toContain(
      "bert2dnn score --teacher path/to/this/folder --input texts.tsv --fields 'query=query,item'\\''s title=item'\\''s title' --out scores\n",
    );
    expect(card).toContain('--precision int8');
    expect(card).toContain('folder = "path/to/this/folder"');
    expect(card).toContain(
      'tokenizer(["first text"], ["second text"], truncation=True, max_length=48',
    );
    expect(card).toContain('logits.sigmoid()');
    const classes: FolderExtra = {
      ...GRADED,
      fields: ['text'],
      task: { kind: 'classes', classes: ['bad', 'good'] },
    };
    expect(cardOf(classes)).toContain('0 = bad, 1 = good');
    expect(cardOf(classes)).toContain('--input texts.tsv --text text --out');
    expect(cardOf(classes)).toContain('print(logits.softmax(-1))');
  });

  it('leaves out what is not known', () => {
    const bare = cardOf({ ...GRADED, training: {}, metrics: {}, provenance: undefined });
    expect(bare.match(/^## .*/gm)).toEqual(['## Data', '## Use', '## Limits']);
    expect(bare).not.toContain('metrics:');
    expect(bare).not.toContain('undefined');
  });

  it('is the same text for the same content', () => {
    expect(cardOf(structuredClone(GRADED))).toBe(cardOf(GRADED));
  });

  it('takes names of classes, fields and files as text, not as Markdown', () => {
    const card = cardOf({
      ...GRADED,
      fields: ['a`b'],
      task: { kind: 'classes', classes: ['<b>', '[x](y)\n# title'] },
      provenance: {
        base: 'a',
        train: [{ file: 'a|b.tsv', numRows: 1, fingerprint: 'c' }],
        dev: [],
      },
    });
    expect(card).toContain('0 = \\<b\\>, 1 = \\[x\\](y) \\# title.');
    expect(card).toContain("`a'b`");
    expect(card).toContain('| training | `a\\|b.tsv` | 1 | `c` |');
    expect(card).toContain('Dev rows were held out of the training files.');
    expect(card).not.toMatch(/^# title/m);
  });
});

describe('the card of a masked language model', () => {
  it('is a start for fine-tuning, with no word of scores', () => {
    const card = describeModelCard({
      config,
      description: { architectures: ['BertForMaskedLM'] },
      extra: {
        ...GRADED,
        task: { kind: 'masked-lm' },
        metrics: { loss: 2.5, perplexity: 12.18, accuracy: 0.5 },
        provenance: { ...GRADED.provenance!, base: 'tiny' },
      },
    });
    expect(card).toContain(
      'pipeline_tag: fill-mask\ntags:\n- fill-mask\n- bert\n- bert2dnn\nmetrics:\n- perplexity\n',
    );
    expect(card).toContain('bert2dnn finetune --model path/to/this/folder --train train.tsv');
    expect(card).toContain('pipeline("fill-mask", "path/to/this/folder")');
    expect(card).toContain('`BertForMaskedLM`');
    expect(card).toContain('# Pretrained encoder, trained from scratch\n');
    expect(card).not.toMatch(/score|int8|sigmoid|probabilit/);
  });

  it('says that single texts were split and pairs cut', () => {
    const cardOf = (fields: string[]) =>
      describeModelCard({
        config,
        description: { architectures: ['BertForMaskedLM'] },
        extra: { ...GRADED, fields, task: { kind: 'masked-lm' } },
      });
    expect(cardOf(['text'])).toContain('split into rows of at most 48 tokens');
    expect(cardOf(['query', 'title'])).toContain('cut to 48 tokens');
  });
});
