// The students that are compared: what each learns from, and how. All else is the preset `pair` as it is.

/** `from: 'labels'`: the labelled pairs alone; else the whole transfer set with the teacher's soft labels. */
export const STUDENTS = {
  labels: { from: 'labels', epochs: 2 },
  distilled: { epochs: 2 },
  margin: { epochs: 2, loss: 'margin-mse' },
  'margin, falling rate': { epochs: 2, loss: 'margin-mse', schedule: 'linear' },
  'margin, falling rate, gold share .5': {
    epochs: 2,
    loss: 'margin-mse',
    schedule: 'linear',
    hardShare: 0.5,
    label: 'label',
  },
  'margin, falling rate, listwise .3': {
    epochs: 2,
    loss: 'margin-mse',
    schedule: 'linear',
    rankingLoss: 'listwise',
    rankingShare: 0.3,
  },
};
