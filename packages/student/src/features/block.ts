// What every kind of block can do: turn the texts of examples into ids. One file per kind implements it.
import type { AnalysedText } from './analysed-text.js';
import type { IdBags } from './feature-buffer.js';

/** A block of features, ready to run. */
export interface FeatureBlock {
  /** Adds a bag for each of the first `count` examples, which are their fields in the definition's order. */
  appendAll(examples: readonly (readonly AnalysedText[])[], count: number, into: IdBags): void;
}

/** A kind of block that looks at one example at a time. */
export interface ExampleBlock {
  /** Adds the ids of one example to the open bag. */
  append(texts: readonly AnalysedText[], into: IdBags): void;
}

/** Another block, one example after the other. */
export class EachExample implements FeatureBlock {
  constructor(private readonly block: ExampleBlock) {}

  appendAll(examples: readonly (readonly AnalysedText[])[], count: number, into: IdBags): void {
    for (let index = 0; index < count; index++) {
      this.block.append(examples[index], into);
      into.endExample();
    }
  }
}
