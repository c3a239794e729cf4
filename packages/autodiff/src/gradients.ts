// Reverse-mode differentiation: adds the nodes of d loss / d tensor to the graph of the loss.
import { AutodiffError } from './errors.js';
import { formatShape, sameShape } from './graph/shape.js';
import type { Node, Tensor } from './graph/tensor.js';
import { reachableNodes } from './graph/walk.js';
import { add } from './ops/arithmetic.js';

/** Options of `gradients`. */
export interface GradientOptions {
  /** d objective / d loss, of the shape of `loss`, where `loss` is only part of an objective. Default: 1. */
  seed?: Tensor;
}

/**
 * d loss / d tensor for each tensor of `wrt`, as new tensors of the same graph.
 * @throws AutodiffError NOT_SCALAR when `loss` is no scalar and no seed is given; NO_GRADIENT when
 *   the loss does not depend on a tensor, or only through an operation without derivative.
 */
export function gradients(
  loss: Tensor,
  wrt: readonly Tensor[],
  options: GradientOptions = {},
): Tensor[] {
  const seed = options.seed ?? scalarSeed(loss);
  if (!sameShape(seed.shape, loss.shape)) {
    throw new AutodiffError(
      'SHAPE_MISMATCH',
      `gradients: the seed is ${formatShape(seed.shape)}, expected ${formatShape(loss.shape)}`,
    );
  }
  const nodes = reachableNodes([loss], true);
  const onPath = findDependents(nodes, wrt);
  const total = new Map<Tensor, Tensor>([[loss, seed]]);
  for (const node of nodes.reverse()) {
    if (onPath.has(node)) backpropagate(node, onPath, total, wrt);
  }
  return wrt.map((tensor) => {
    const gradient = total.get(tensor);
    if (gradient !== undefined) return gradient;
    throw new AutodiffError(
      'NO_GRADIENT',
      `gradients: the loss does not depend on '${tensor.name}'`,
    );
  });
}

function scalarSeed(loss: Tensor): Tensor {
  if (loss.shape.length === 0) return loss.graph.constant(1);
  throw new AutodiffError(
    'NOT_SCALAR',
    `gradients: '${loss.name}' is ${formatShape(loss.shape)}, expected a scalar`,
    { hint: 'reduce it with reduceMean(), or give the option seed' },
  );
}

/** The nodes with an input through which some tensor of `wrt` reaches the loss. */
function findDependents(nodes: readonly Node[], wrt: readonly Tensor[]): Set<Node> {
  const dependent = new Set<Tensor>(wrt);
  const onPath = new Set<Node>();
  for (const node of nodes) {
    if (!node.inputs.some((input) => dependent.has(input))) continue;
    onPath.add(node);
    for (const output of node.outputs) dependent.add(output);
  }
  return onPath;
}

function backpropagate(
  node: Node,
  onPath: ReadonlySet<Node>,
  total: Map<Tensor, Tensor>,
  wrt: readonly Tensor[],
): void {
  const [output, ...others] = node.outputs;
  const dOutput = total.get(output);
  const { type, gradient } = node.operation;
  if (gradient === undefined || others.some((other) => total.has(other))) {
    throw new AutodiffError('NO_GRADIENT', `gradients: '${type}' has no derivative here`);
  }
  if (dOutput === undefined) return;
  gradient(dOutput, node).forEach((dInput, index) => {
    const input = node.inputs[index];
    if (dInput === undefined || !(onPath.has(input.producer) || wrt.includes(input))) return;
    const known = total.get(input);
    total.set(input, known === undefined ? dInput : add(known, dInput));
  });
}
