// The students that are compared: what each learns from, and how. All else is the preset `pair` as it is.

/** The layers of the paper, with which the comparison began; a default student has 256 and 64. */
const WIDE = [1024, 512, 128, 64];

/** The recipe that the ablations change one thing of. */
const LISTWISE = {
  epochs: 2,
  hiddenLayers: WIDE,
  loss: 'margin-mse',
  schedule: 'linear',
  ranking: 'listwise',
  rankingShare: 0.3,
};

/**
 * `from: 'labels'`: the labelled pairs alone; else the whole transfer set with the teacher's soft labels, or with those of
 * several `teachers`: `students` that learnt the labels alone, or `all`, the BERT with them.
 */
export const STUDENTS = {
  labels: { from: 'labels', epochs: 2, hiddenLayers: WIDE },
  distilled: { epochs: 2, hiddenLayers: WIDE },
  margin: { epochs: 2, hiddenLayers: WIDE, loss: 'margin-mse' },
  'margin, falling rate': { epochs: 2, hiddenLayers: WIDE, loss: 'margin-mse', schedule: 'linear' },
  'margin, falling rate, gold share .5': {
    epochs: 2,
    hiddenLayers: WIDE,
    loss: 'margin-mse',
    schedule: 'linear',
    hardShare: 0.5,
    label: 'label',
  },
  'margin, falling rate, listwise .3': LISTWISE,
  'listwise, no margin': { ...LISTWISE, loss: 'soft-cross-entropy' },
  'cross-entropy, falling rate': { epochs: 2, hiddenLayers: WIDE, schedule: 'linear' },
  'pairwise .3': { ...LISTWISE, ranking: 'pairwise' },
  'layers 256-64': { ...LISTWISE, hiddenLayers: [256, 64] },
  'layers 256-64, no ranking': {
    epochs: 2,
    loss: 'margin-mse',
    schedule: 'linear',
    hiddenLayers: [256, 64],
  },
  'layers 256-64, cross-entropy': {
    ...LISTWISE,
    hiddenLayers: [256, 64],
    loss: 'soft-cross-entropy',
  },
  'layers 256-64, dropout .1': { ...LISTWISE, hiddenLayers: [256, 64], dropout: 0.1 },
  'layers 512-128': { ...LISTWISE, hiddenLayers: [512, 128] },
  'no layers': { ...LISTWISE, hiddenLayers: [] },
  'no match families': { ...LISTWISE, matchFamilies: ['none'] },
  'no quantities': { ...LISTWISE, quantities: 'off' },
  'few crossed words': { ...LISTWISE, crossSize: 64 },
  'character n-grams': { ...LISTWISE, characterSize: 65_536 },
  'shared tables': { ...LISTWISE, shareTables: true },
  'dropout .1': { ...LISTWISE, dropout: 0.1 },
  AdamW: { ...LISTWISE, optimizer: 'adamw', learningRate: 0.001, embeddingLearningRate: 0.005 },
  'gold share .5': { ...LISTWISE, hardShare: 0.5, label: 'label' },
  'of students': { ...LISTWISE, teachers: 'students' },
  'of teacher and students': { ...LISTWISE, teachers: 'all' },
  'of teacher and students, gold share .5': {
    ...LISTWISE,
    teachers: 'all',
    hardShare: 0.5,
    label: 'label',
  },
  bag: { ...LISTWISE, preset: 'bag' },
  tower: { ...LISTWISE, preset: 'tower' },
};
