// The students that are compared. All are one bag of 1- to 3-grams, three epochs, the last of which is kept: no dev set
// is given to the training, so that nothing is chosen by what is measured.

/** The paper's layers, with which the comparison began; a default student has 256 and 64. */
const WIDE = { hiddenLayers: [1024, 512, 128, 64] };
const MARGIN = { ...WIDE, loss: 'margin-mse', schedule: 'linear' };

/** `from`: the phrases with their labels (`labels`), with soft labels (`phrases`), or all texts with soft labels. */
export const STUDENTS = {
  'hard labels': { ...WIDE, from: 'labels' },
  'phrases alone': { ...WIDE, from: 'phrases' },
  'cross-entropy': WIDE,
  'cross-entropy, falling rate': { ...WIDE, schedule: 'linear' },
  margin: { ...WIDE, loss: 'margin-mse' },
  'margin, falling rate': MARGIN,
  '500,000 n-grams': { ...MARGIN, vocabularySize: 500_000 },
  'n-grams by information': { ...MARGIN, vocabularyBy: 'information' },
  'width 128': { ...MARGIN, embeddingSize: 128 },
  'dropout .2': { ...MARGIN, dropout: 0.2 },
  'dropout .4': { ...MARGIN, dropout: 0.4 },
  '500,000 n-grams, dropout .2': { ...MARGIN, vocabularySize: 500_000, dropout: 0.2 },
  '500,000 n-grams, dropout .4': { ...MARGIN, vocabularySize: 500_000, dropout: 0.4 },
  '500,000 n-grams, dropout .2 and of n-grams .1': {
    ...MARGIN,
    vocabularySize: 500_000,
    dropout: 0.2,
    inputDropout: 0.1,
  },
  '500,000 n-grams, dropout .2, width 128': {
    ...MARGIN,
    vocabularySize: 500_000,
    dropout: 0.2,
    embeddingSize: 128,
  },
  'layers 256-64': { ...MARGIN, hiddenLayers: [256, 64] },
  'layers 256-64, dropout .2': { ...MARGIN, hiddenLayers: [256, 64], dropout: 0.2 },
  'gold share .5': { ...MARGIN, hardShare: 0.5, label: 'label' },
  'six epochs': { ...MARGIN, epochs: 6 },
};
