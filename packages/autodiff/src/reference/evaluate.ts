// The reference executor: runs a graph node by node in float64. The oracle of every fast executor.
// It is slow and plain on purpose.
import { fillDropoutMask } from '../dropout-mask.js';
import { AutodiffError } from '../errors.js';
import { type Bindings, resolveDim } from '../graph/dimension.js';
import { bindShape } from '../graph/feeds.js';
import { sizeOfShape } from '../graph/shape.js';
import { fedAs } from '../graph/source.js';
import type { Node, Tensor } from '../graph/tensor.js';
import { fedTensors, reachableNodes, readsOf } from '../graph/walk.js';
import type { Values } from './values.js';

/** An array fed to the reference. */
export interface ReferenceFeed {
  data: ArrayLike<number | bigint>;
  shape: readonly number[];
}

type ReferenceFeeds = Readonly<Record<string, ReferenceFeed>>;

/** Options of the reference executor. */
export interface ReferenceOptions {
  /** Given: dropout is on, with the masks of this seed and step. Default: dropout is the identity. */
  training?: { seed: number; step: number };
}

/**
 * The values of `outputs` in float64.
 * Inputs and parameters come from `feeds` by name; a fed `dropout:<name>` replaces the drawn mask.
 * @throws AutodiffError FEED_MISSING, FEED_SHAPE
 */
export function evaluateReference(
  outputs: readonly Tensor[],
  feeds: ReferenceFeeds,
  options: ReferenceOptions = {},
): Values[] {
  const training = options.training !== undefined;
  const nodes = reachableNodes(outputs, training);
  const results = new Map<Tensor, Values>();
  const bindings = takeFeeds(nodes, feeds, results);
  if (options.training !== undefined) drawMasks(nodes, results, bindings, options.training);
  const context = { resolve: (dim: number | string) => resolveDim(dim, bindings) };
  for (const node of nodes) {
    if (fedAs(node) !== undefined) continue;
    const inputs = readsOf(node, training).map((tensor) => results.get(tensor)!);
    const values =
      node.operation.trainingOnly && !training
        ? inputs
        : node.operation.evaluate(inputs, node.attributes, context, node);
    node.outputs.forEach((tensor, index) => {
      results.set(tensor, values[index]);
    });
  }
  return outputs.map((tensor) => results.get(tensor)!);
}

/** Puts fed values into `results`; returns the sizes that all fed inputs of the graph bind. */
function takeFeeds(
  nodes: readonly Node[],
  feeds: ReferenceFeeds,
  results: Map<Tensor, Values>,
): Bindings {
  const bindings = new Map<string, number>();
  for (const input of nodes[0]?.outputs[0].graph.inputs ?? []) {
    if (feeds[input.name] !== undefined) bindShape(input, feeds[input.name], bindings);
  }
  for (const node of nodes) {
    const source = fedAs(node);
    const feed = source && feeds[source.name];
    if (source === undefined || (source.kind === 'mask' && feed === undefined)) continue;
    if (feed === undefined) {
      throw new AutodiffError('FEED_MISSING', `${source.kind} '${source.name}' was not fed`);
    }
    bindShape(source, feed, bindings);
    results.set(node.outputs[0], {
      data: Float64Array.from(feed.data as ArrayLike<number>, Number),
      shape: [...feed.shape],
    });
  }
  return bindings;
}

/** Draws the dropout masks that were not fed. */
function drawMasks(
  nodes: readonly Node[],
  results: Map<Tensor, Values>,
  bindings: Bindings,
  training: { seed: number; step: number },
): void {
  const masks = fedTensors(nodes, 'mask').filter((tensor) => !results.has(tensor));
  for (const { tensor, name, rate } of masks[0]?.graph.dropoutMasks ?? []) {
    if (!masks.includes(tensor)) continue;
    const shape = tensor.shape.map((dim) => resolveDim(dim, bindings));
    const mask = new Uint8Array(sizeOfShape(shape));
    fillDropoutMask(mask, { ...training, name, rate });
    results.set(tensor, { data: Float64Array.from(mask), shape });
  }
}
