// A block of one field, whose ids depend on that text alone: they are made for a text that comes again, and then copied.
import type { AnalysedText } from './analysed-text.js';
import type { ExampleBlock } from './block.js';
import type { IdBags } from './feature-buffer.js';

/** Another block, its ids kept with the text. */
export class KeptBlock implements ExampleBlock {
  constructor(
    private readonly block: ExampleBlock,
    private readonly blockIndex: number,
    private readonly fieldIndex: number,
  ) {}

  append(texts: readonly AnalysedText[], into: IdBags): void {
    const text = texts[this.fieldIndex];
    if (!text.isRepeated) {
      this.block.append(texts, into);
      return;
    }
    const bag = text.bagOf(this.blockIndex);
    if (bag.numIds === 0) this.block.append(texts, bag);
    into.pushAll(bag.ids, 0, bag.numIds);
  }
}
