// Which values a training step asks of the runtime: dense gradients, and for tables that are only
// gathered from, the gradients of the gathered rows instead of a table full of zeros.

import { AutodiffError } from '../errors.js';
import { gradients } from '../gradients.js';
import { fedAs } from '../graph/source.js';
import type { Tensor } from '../graph/tensor.js';
import { reachableNodes } from '../graph/walk.js';
import type { Waiting } from '../onnx/runtime.js';
import { isGather } from '../ops/gather.js';

/** What a training step computes. */
export interface TrainingStepOptions {
  /** The scalar to differentiate. */
  loss: Tensor;
  /** Parameters whose gradients are wanted. Others that the loss needs are fed all the same. */
  parameters: readonly Tensor[];
  /** Other tensors, for example inputs, whose gradients are wanted. */
  extraGradients?: readonly Tensor[];
  /** Values of the forward pass to return as well. */
  outputs?: Readonly<Record<string, Tensor>>;
  /** Threads inside one operator. Default: 1. */
  threads?: number;
  /** How idle threads wait for the next operator; `sleep` where much happens between runs. Default: `spin`. */
  waiting?: Waiting;
}

/** Where the ids of a gather are found: in a feed, or in an output of the model. */
interface IdsPlace {
  kind: 'fed' | 'output';
  name: string;
}

/** How one parameter's gradient is put together from outputs of the model. */
export type PlannedGradient =
  | { kind: 'dense'; parameter: string; output: string }
  | { kind: 'rows'; parameter: string; gathers: { rows: string; ids: IdsPlace }[] };

/** The outputs of a step's model, by name, and what they mean. */
export interface GradientPlan {
  outputs: Record<string, Tensor>;
  gradients: PlannedGradient[];
  /** Tensor name -> output name. */
  extra: Map<string, string>;
  /** Name of a forward value -> output name. */
  forward: Map<string, string>;
}

/** Differentiates the loss and names every output of the step's model. */
export function planGradients(options: TrainingStepOptions): GradientPlan {
  const { loss, parameters, extraGradients = [], outputs = {} } = options;
  const gathersOf = new Map(parameters.map((tensor) => [tensor, findGathers(loss, tensor)]));
  const wrt = [
    ...parameters.flatMap((tensor) => gathersOf.get(tensor) ?? [tensor]),
    ...extraGradients,
  ];
  const gradientOf = new Map<Tensor, Tensor>();
  gradients(loss, wrt).forEach((gradient, index) => {
    gradientOf.set(wrt[index], gradient);
  });
  const plan: GradientPlan = {
    outputs: { loss },
    gradients: [],
    extra: new Map(),
    forward: new Map(),
  };
  const addOutput = (name: string, tensor: Tensor): string => {
    plan.outputs[name] = tensor;
    return name;
  };
  for (const parameter of parameters) {
    const { name } = parameter;
    const gathers = gathersOf.get(parameter);
    plan.gradients.push(
      gathers === undefined
        ? {
            kind: 'dense',
            parameter: name,
            output: addOutput(`gradient:${name}`, gradientOf.get(parameter)!),
          }
        : {
            kind: 'rows',
            parameter: name,
            gathers: gathers.map((gathered, index) => ({
              rows: addOutput(`gradient:${name}:rows${index}`, gradientOf.get(gathered)!),
              ids: placeIds(gathered.producer.inputs[1], `gradient:${name}:ids${index}`, addOutput),
            })),
          },
    );
  }
  for (const tensor of extraGradients) {
    plan.extra.set(tensor.name, addOutput(`extra:${tensor.name}`, gradientOf.get(tensor)!));
  }
  for (const [name, tensor] of Object.entries(outputs)) {
    if (tensor.dtype !== 'float32') {
      throw new AutodiffError(
        'DTYPE_MISMATCH',
        `output '${name}' is ${tensor.dtype}, expected float32`,
      );
    }
    plan.forward.set(name, addOutput(`output:${name}`, tensor));
  }
  return plan;
}

/** The gathers from a table, if the loss reads the table in no other way. */
function findGathers(loss: Tensor, table: Tensor): Tensor[] | undefined {
  const readers = reachableNodes([loss], true).filter((node) => node.inputs.includes(table));
  const gathered = readers.map((node) => node.outputs[0]);
  const isOnlyGathered = gathered.length > 0 && gathered.every(isGather);
  return isOnlyGathered ? gathered : undefined;
}

function placeIds(
  ids: Tensor,
  outputName: string,
  addOutput: (name: string, tensor: Tensor) => string,
): IdsPlace {
  if (fedAs(ids.producer) !== undefined) return { kind: 'fed', name: ids.name };
  return { kind: 'output', name: addOutput(outputName, ids) };
}
