// What the benchmarks of a teacher share: an encoder of MiniLM-L6's shape with random weights, its training step, and
// padded batches of random ids. Weights and ids do not matter for time; shapes do.
import {
  AdamW,
  clipByGlobalNorm,
  Session,
  sigmoidCrossEntropy,
  TrainingStep,
} from '@bert2dnn/autodiff';
import { createRandom } from '../packages/bert2dnn/dist/foundation/random.js';
import { readTeacherConfig } from '../packages/bert2dnn/dist/teacher/config.js';
import { buildEncoder } from '../packages/bert2dnn/dist/teacher/encoder.js';
import { isDecayFree } from '../packages/bert2dnn/dist/teacher/parameters.js';
import { completeParameters } from '../packages/bert2dnn/dist/teacher/start-model.js';

const CONFIG = {
  model_type: 'bert',
  vocab_size: 30522,
  hidden_size: 384,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  intermediate_size: 1536,
  max_position_embeddings: 512,
  num_labels: 1,
};

/** Encoder configuration and random first values. */
export function createModel() {
  const { encoder } = readTeacherConfig(CONFIG, 'bench');
  const { parameters } = completeParameters({}, { encoder, numOutputs: 1, seed: 1 });
  return { encoder, parameters };
}

/** Feeds of B texts of exactly S tokens, with a soft label each. */
export function createBatch(B, S) {
  const random = createRandom(1, `batch ${B} x ${S}`);
  const fill = (next) => ({ data: Int32Array.from({ length: B * S }, next), shape: [B, S] });
  return {
    input_ids: fill(() => Math.floor(random.next() * CONFIG.vocab_size)),
    attention_mask: fill(() => 1),
    token_type_ids: fill((_, index) => (index % S > S / 3 ? 1 : 0)),
    targets: { data: Float32Array.from({ length: B }, () => random.next()), shape: [B, 1] },
  };
}

/** A whole training: `update(feeds)` runs forward, backward, clipping and AdamW, as `finetune` does. */
export async function createTraining({ encoder, parameters }, threads) {
  const { graph, logits, parameters: places } = buildEncoder(encoder, 1);
  const loss = sigmoidCrossEntropy(logits, graph.input('targets', ['B', 1]));
  const step = await TrainingStep.create({ loss, parameters: [...places.values()], threads });
  const optimizer = new AdamW({ weightDecay: 0.01, noDecay: isDecayFree });
  let count = 0;
  return {
    graph,
    differentiate: (feeds) => step.run(feeds, { parameters, step: ++count, seed: 1 }),
    clip: (gradients) => clipByGlobalNorm(gradients, 1),
    apply: (gradients) =>
      optimizer.step(parameters, gradients, { learningRate: 1e-5, step: count }),
    async update(feeds) {
      const { gradients } = await this.differentiate(feeds);
      this.clip(gradients);
      this.apply(gradients);
    },
    release: () => step.release(),
  };
}

/** Scoring: `run(feeds)` gives logits. */
export async function createScoring({ encoder, parameters }, threads) {
  const { logits } = buildEncoder(encoder, 1);
  const session = await Session.create({ logits }, { threads, frozen: parameters });
  return {
    run: ({ targets: _, ...feeds }) => session.run(feeds),
    release: () => session.release(),
  };
}
