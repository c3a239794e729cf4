// Which nodes a set of outputs needs, in an order in which they can run.
import { fedAs } from './source.js';
import type { Node, Tensor } from './tensor.js';

/** The tensors that a node reads: a training-only node reads only what it passes through. */
export function readsOf(node: Node, training: boolean): readonly Tensor[] {
  return node.operation.trainingOnly && !training ? node.inputs.slice(0, 1) : node.inputs;
}

/** Every node that `outputs` need, by id, which is an order in which inputs come first. */
export function reachableNodes(outputs: readonly Tensor[], training: boolean): Node[] {
  const found = new Set<Node>();
  const pending = outputs.map((tensor) => tensor.producer);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    for (const input of readsOf(node, training)) pending.push(input.producer);
  }
  return [...found].sort((a, b) => a.id - b.id);
}

/** The fed tensors among nodes, by kind, in order of creation. */
export function fedTensors(nodes: readonly Node[], kind: 'input' | 'parameter' | 'mask'): Tensor[] {
  return nodes.filter((node) => fedAs(node)?.kind === kind).map((node) => node.outputs[0]);
}
