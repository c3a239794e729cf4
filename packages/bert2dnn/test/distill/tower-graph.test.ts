// The graph that trains towers gives the logits of the student that serves them, and its gradients are right.
import { evaluateReference, gradients, type Tensor } from '@bert2dnn/autodiff';
import {
  createStudent,
  embeddingBag,
  Featurizer,
  initializeParameters,
  Vocabulary,
} from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import { presetDefinition } from '../../src/distill/presets.js';
import { buildStudentGraph, vectorName } from '../../src/distill/student-graph.js';
import { createRandom } from '../../src/foundation/random.js';

const FIELDS = ['query', 'title', 'brand'];
const TOKENS = ['red', 'drill', 'bit', '^ red', 'drill $'];
const [B, D] = [3, 4];
const definition = presetDefinition('tower', FIELDS, {
  vocabularySize: TOKENS.length,
  embeddingSize: D,
  hiddenLayers: [5, 3],
  characterSize: 16,
  shareTables: true,
});
const EXAMPLES = [
  ['red drill', 'drill bit', 'red'],
  ['bit', 'red bit 12v', ''],
  ['', 'a drill', 'drill'],
];

type Feeds = Record<string, { data: Float32Array | Float64Array; shape: number[] }>;

function build() {
  const parameters = initializeParameters(definition, createRandom(3, 'towers').next);
  for (const values of Object.values(parameters)) {
    values.forEach((value, index) => {
      values[index] = value + 0.1 * Math.sin(index + 1);
    });
  }
  const vocabularies = { query: Vocabulary.fromTokens(TOKENS) };
  const student = createStudent({ definition, vocabularies, parameters });
  const featurizer = new Featurizer(definition, vocabularies);
  const buffer = featurizer.createBuffer();
  for (const example of EXAMPLES) featurizer.featurize(example, buffer);
  const graph = buildStudentGraph(definition, { loss: 'soft-cross-entropy' });
  const feeds: Feeds = { targets: { data: Float64Array.of(0.2, 0.9, 0.5), shape: [B, 1] } };
  definition.blocks.forEach((block, index) => {
    const data = new Float64Array(B * D);
    const table =
      parameters[`block.${'table' in block && block.table ? block.table : block.name}.embedding`];
    const { ids, offsets } = buffer.blocks[index];
    embeddingBag(data, ids, offsets, table, { B, D, combiner: 'sqrtn' });
    feeds[vectorName(block.name)] = { data, shape: [B, D] };
  });
  for (const { name, shape } of graph.parameters) {
    feeds[name] = { data: Float64Array.from(parameters[name]), shape: [...shape] as number[] };
  }
  return { student, graph, feeds };
}

describe('buildTowers', () => {
  const { student, graph, feeds } = build();

  it('gives the logits of the student', () => {
    const [logits] = evaluateReference([graph.logits], feeds);
    const expected = student.logits(EXAMPLES);
    expect(logits.shape).toEqual([B, 1]);
    expected.forEach((logit, index) => {
      expect(logits.data[index]).toBeCloseTo(logit, 5);
    });
  });

  it('has the gradients of central differences', () => {
    const lossAt = (): number => evaluateReference([graph.loss], feeds)[0].data[0];
    const wrt: Tensor[] = [...graph.parameters, ...graph.vectors];
    const computed = evaluateReference(gradients(graph.loss, wrt), feeds);
    wrt.forEach(({ name }, index) => {
      const { data } = feeds[name];
      const step = 1e-5;
      for (let place = 0; place < data.length; place += 3) {
        const value = data[place];
        data[place] = value + step;
        const above = lossAt();
        data[place] = value - step;
        const below = lossAt();
        data[place] = value;
        const difference = (above - below) / (2 * step);
        expect(computed[index].data[place], `${name} ${place}`).toBeCloseTo(difference, 8);
      }
    });
  });
});
