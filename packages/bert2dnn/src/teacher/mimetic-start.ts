// First values for a small encoder that has little data: attention starts by looking for the same token.
// Pretrained encoders show the same pattern; a new one needs far more rows to find it by itself.
import type { EncoderConfig } from './config.js';
import type { Parameters } from './parameters.js';

/** Standard deviations of the embeddings: tokens far apart, so that a token resembles itself and no other. */
const TOKEN_DEVIATION = 1;
const POSITION_DEVIATION = 0.15;
const TYPE_DEVIATION = 0.4;
/** Share of the identity in query and key of the first layer, and in value and output of every layer. */
const MATCHING = 1;
const PASSING = 0.5;

/**
 * Changes fresh parameters (normal, deviation `encoder.initializerRange`) in place: query and key of the first layer
 * near the identity, value and output of every layer near half of it, embeddings spread out.
 * Source: Trockman and Kolter, Mimetic Initialization of Self-Attention Layers, ICML 2023, in a simple form.
 */
export function startMimetic(parameters: Parameters, encoder: EncoderConfig): void {
  const { hiddenSize, initializerRange } = encoder;
  const scale = (place: string, deviation: number): void => {
    const values = parameters[place];
    for (let index = 0; index < values.length; index++)
      values[index] *= deviation / initializerRange;
  };
  const addIdentity = (place: string, share: number): void => {
    const weight = parameters[`${place}.weight`];
    for (let unit = 0; unit < hiddenSize; unit++) weight[unit * (hiddenSize + 1)] += share;
  };
  scale('embeddings.token', TOKEN_DEVIATION);
  scale('embeddings.position', POSITION_DEVIATION);
  scale('embeddings.type', TYPE_DEVIATION);
  for (const part of ['query', 'key']) addIdentity(`layer.0.${part}`, MATCHING);
  for (let layer = 0; layer < encoder.numLayers; layer++) {
    for (const part of ['value', 'attention']) addIdentity(`layer.${layer}.${part}`, PASSING);
  }
}
