// From checked feeds to the runtime's tensors, and the dropout masks of one step.
import { fillDropoutMask } from '../dropout-mask.js';
import { AutodiffError } from '../errors.js';
import { type Bindings, resolveDim } from '../graph/dimension.js';
import type { Feed } from '../graph/feeds.js';
import { sizeOfShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { RuntimeTensor } from '../onnx/runtime.js';

/** What the masks of one step are drawn from. */
export interface MaskSeed {
  seed: number;
  step: number;
}

/** The runtime's view of fed arrays; nothing is copied. */
export function toRuntime(
  tensors: readonly Tensor[],
  feeds: Readonly<Record<string, Feed>>,
): Record<string, RuntimeTensor> {
  return Object.fromEntries(
    tensors.map(({ name, dtype }) => [
      name,
      { type: dtype, data: feeds[name].data, shape: feeds[name].shape },
    ]),
  );
}

/**
 * The dropout masks of one step, with sizes as bound by the feeds.
 * @throws AutodiffError FEED_MISSING when there are masks but no seed.
 */
export function drawMasks(
  masks: readonly Tensor[],
  bindings: Bindings,
  seed: MaskSeed | undefined,
): Record<string, RuntimeTensor> {
  if (masks.length === 0) return {};
  if (seed === undefined) {
    throw new AutodiffError('FEED_MISSING', `'${masks[0].name}': no seed and step were given`);
  }
  const drawn: Record<string, RuntimeTensor> = {};
  for (const { tensor, name, rate } of masks[0].graph.dropoutMasks) {
    if (!masks.includes(tensor)) continue;
    const shape = tensor.shape.map((dim) => resolveDim(dim, bindings));
    const data = new Uint8Array(sizeOfShape(shape));
    fillDropoutMask(data, { ...seed, name, rate });
    drawn[tensor.name] = { type: 'bool', data, shape };
  }
  return drawn;
}
