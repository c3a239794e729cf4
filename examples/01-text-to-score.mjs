// A student is small enough to write by hand: three n-grams, one number each, and their sum is the logit.
import { createStudent, Vocabulary } from '@bert2dnn/student';

const tokens = ['good', 'bad', 'not good'];
const student = createStudent({
  definition: {
    format: 'bert2dnn-student',
    version: 1,
    preset: 'by-hand',
    fields: ['text'],
    text: { tokenizer: 'default', ngrams: 2 },
    blocks: [
      { name: 'text', kind: 'ngrams', fields: ['text'], size: tokens.length, vocabulary: 'list' },
    ],
    products: [],
    embeddingSize: 1,
    combiner: 'sum',
    hiddenLayers: [],
    numOutputs: 1,
    calibration: { temperature: 1 },
  },
  vocabularies: { text: Vocabulary.fromTokens(tokens) },
  parameters: {
    'block.text.embedding': Float32Array.of(2, -2, -4),
    'layer.0.weight': Float32Array.of(1),
    'layer.0.bias': Float32Array.of(0),
  },
});

for (const text of ['A good lamp', 'not good', 'bad, bad lamp', 'a lamp']) {
  const { logit, score } = student.score({ text });
  console.log(
    `${text.padEnd(14)} logit ${String(logit).padStart(2)}  probability ${score.toFixed(3)}`,
  );
}
