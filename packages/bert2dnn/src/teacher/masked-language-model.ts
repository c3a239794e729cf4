// The graph of an encoder with a head over the vocabulary: scores of every token at masked positions, and their loss.
// The head's product shares the token table (Press and Wolf 2017). Holds no weights, masks nothing.
import { type Graph, linear, sparseCrossEntropy, type Tensor } from '@bert2dnn/autodiff';
import { Bert2dnnError } from '../foundation/errors.js';
import type { EncoderConfig } from './config.js';
import { activate, buildHidden, buildLinear, buildNorm, createScope } from './encoder-body.js';
import { maskedLanguageModelShapes } from './parameters.js';

/** A masked language model under construction or done. */
export interface MaskedLanguageModelGraph {
  graph: Graph;
  /** Learnt tensors by place. */
  parameters: ReadonlyMap<string, Tensor>;
  /** Scores of every token of the vocabulary at each masked position [M, V]. */
  logits: Tensor;
}

/**
 * Builds the graph. Inputs are those of `buildEncoder` and `masked_positions` int32 [M], M >= 1: indices into the
 * B * S tokens of the batch, row by row.
 * Source: transformers' BertLMPredictionHead, RobertaLMHead, DistilBertForMaskedLM.
 * @throws Bert2dnnError TEACHER_INVALID for an encoder without such a head.
 */
export function buildMaskedLanguageModel(config: EncoderConfig): MaskedLanguageModelGraph {
  if (config.maskedLmActivation === undefined) {
    throw new Bert2dnnError(
      'TEACHER_INVALID',
      'masked language model: the encoder has no head over the vocabulary that shares its token table',
      { hint: 'ELECTRA discriminators and models with "tie_word_embeddings": false have none.' },
    );
  }
  const scope = createScope(config, maskedLanguageModelShapes(config));
  const { graph, parameters, at } = scope;
  const positions = graph.input('masked_positions', ['M'], 'int32');
  const hidden = buildHidden(scope, { kind: 'positions', positions });
  const activated = activate(buildLinear(scope, hidden, 'mlm.dense'), config.maskedLmActivation);
  const normed = buildNorm(scope, activated, 'mlm.norm');
  const logits = linear(normed, at('embeddings.token'), at('mlm.bias'), { transposeWeight: true });
  return { graph, parameters, logits };
}

/** Mean cross-entropy in nats at the masked positions; adds the input `masked_labels` int32 [M], the true token ids. */
export function maskedLanguageModelLoss({ graph, logits }: MaskedLanguageModelGraph): Tensor {
  return sparseCrossEntropy(logits, graph.input('masked_labels', ['M'], 'int32'));
}
