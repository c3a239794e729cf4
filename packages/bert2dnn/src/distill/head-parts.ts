// What every way from block vectors to logits is built with.
import type { Graph, Tensor } from '@bert2dnn/autodiff';
import type { StudentDefinition } from '@bert2dnn/student';

/** What every head is built with. */
export interface HeadParts {
  graph: Graph;
  definition: StudentDefinition;
  /** Parameters are added here. */
  parameters: Tensor[];
  /** What comes after a hidden layer of this name. */
  hidden: (x: Tensor, name: string) => Tensor;
  /** For `linear`. */
  fewRows: boolean;
}
