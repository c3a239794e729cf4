// SST-2, the Stanford Sentiment Treebank with two classes, as the GLUE benchmark ships it.
// Format: GLUE's SST-2.zip holds SST-2/train.tsv and dev.tsv (`sentence`, `label`; a header, tabs, no quoting) and
// test.tsv (`index`, `sentence`; no labels), as transformers' Sst2Processor and GLUE's own download script read it.
import { parseGrades } from './published-label.js';
import type { DataSource, StageInput } from './source.js';
import { readSourceTable } from './source-table.js';
import { chooseSplits } from './splits.js';
import type { StagedRows } from './staging.js';

const RANGE = [0, 1] as const;

export const SST2: DataSource = {
  name: 'sst2',
  title: 'SST-2 (GLUE)',
  licence: 'No licence is stated; movie-review sentences from Rotten Tomatoes, for research use.',
  citation:
    'Socher et al. 2013, Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank, EMNLP; Wang et al. 2019, GLUE, ICLR.',
  origin: 'Get SST-2.zip from the tasks page of the GLUE benchmark and unpack it.',
  subfolders: ['SST-2'],
  files: [
    { name: 'train.tsv', holds: 'sentence, label: phrases and sentences', required: true },
    { name: 'dev.tsv', holds: 'sentence, label: whole sentences', required: false },
    {
      name: 'test.tsv',
      holds: 'index, sentence: no labels, so it is not imported; `predict` reads it as it is',
      required: false,
    },
  ],
  fields: { text: 'text' },
  label: { column: 'label', range: RANGE, meaning: '0 negative, 1 positive' },
  options: ['split'],
  async stage({ folder, staging, options }: StageInput) {
    async function* rows(): AsyncGenerator<StagedRows> {
      for (const split of chooseSplits(options.split, ['train', 'dev'])) {
        const isAsked = split === 'train' || options.split !== undefined;
        const file = isAsked
          ? await folder.require(`${split}.tsv`)
          : await folder.find(`${split}.tsv`);
        if (file === undefined) continue;
        const shape = { format: 'tsv', columns: ['sentence', 'label'] } as const;
        for await (const { columns, lines } of readSourceTable(folder, file, shape)) {
          const [texts, labels] = columns;
          const place = { path: file.path, lines, column: 'label' };
          yield [texts, parseGrades(labels, RANGE, place), texts.map(() => split)];
        }
      }
    }
    const columns = [
      { name: 'text', kind: 'text' },
      { name: 'label', kind: 'number' },
      { name: 'split', kind: 'text' },
    ] as const;
    await staging.load('rows', columns, rows());
    return {
      outputs: { labelled: 'SELECT text, label, split FROM rows ORDER BY row' },
      notes: [
        'train holds phrases of its sentences, so `prepare` may put phrases of one sentence on both sides of its split; dev holds other sentences and can be imported alone with --split dev.',
      ],
    };
  },
};
