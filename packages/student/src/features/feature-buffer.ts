// The ids of a batch of examples, one growable CSR list per block. Makes no ids itself.

/** Bags of ids: bag i is `ids[offsets[i]] .. ids[offsets[i + 1] - 1]`. Both arrays may be longer than what is in use. */
export class IdBags {
  ids: Int32Array<ArrayBuffer>;
  offsets: Int32Array<ArrayBuffer>;
  /** Bags closed so far. */
  numExamples = 0;
  /** Ids so far, those of the open bag included. */
  numIds = 0;

  /** @param capacity ids that there is room for at first. */
  constructor(capacity = 256) {
    this.ids = new Int32Array(capacity);
    this.offsets = new Int32Array(5);
  }

  /** Adds an id to the open bag. */
  push(id: number): void {
    if (this.numIds === this.ids.length) this.ids = grow(this.ids, this.numIds * 2);
    this.ids[this.numIds++] = id;
  }

  /** Adds `ids[start] .. ids[end - 1]` to the open bag. */
  pushAll(ids: Int32Array, start: number, end: number): void {
    const { numIds } = this;
    const numAll = numIds + end - start;
    while (numAll > this.ids.length) this.ids = grow(this.ids, this.ids.length * 2);
    copyIds(this.ids, numIds, ids, start, end);
    this.numIds = numAll;
  }

  /**
   * Adds bags, whose ids are `numbers[start] .. numbers[end - 1]`, one bag behind the other; from `firstCount` on, `numbers`
   * has how many are in each. No bag may be open.
   */
  pushBags(
    numbers: Int32Array,
    start: number,
    end: number,
    firstCount: number,
    numBags: number,
  ): void {
    let { numIds } = this;
    this.pushAll(numbers, start, end);
    for (let count = firstCount; count < firstCount + numBags; count++) {
      numIds += numbers[count];
      this.numIds = numIds;
      this.endExample();
    }
  }

  /** Closes the open bag; the next id belongs to the next example. */
  endExample(): void {
    this.numExamples += 1;
    if (this.numExamples === this.offsets.length) {
      this.offsets = grow(this.offsets, this.offsets.length * 2);
    }
    this.offsets[this.numExamples] = this.numIds;
  }

  /** Forgets all bags and keeps the memory. */
  clear(): void {
    this.numExamples = 0;
    this.numIds = 0;
  }
}

/** The ids of a batch: `blocks[k]` holds those of the definition's k-th block. */
export class FeatureBuffer {
  readonly blocks: readonly IdBags[];

  constructor(numBlocks: number) {
    this.blocks = Array.from({ length: numBlocks }, () => new IdBags());
  }

  /** Examples in the buffer. */
  get numExamples(): number {
    return this.blocks[0].numExamples;
  }

  /** Forgets all examples and keeps the memory. */
  clear(): void {
    for (const block of this.blocks) block.clear();
  }
}

/** Ids that are copied one by one: for so few, a view would cost more. */
const FEW = 256;

/** Copies `ids[start] .. ids[end - 1]` to `into[place]` and behind. */
export function copyIds(
  into: Int32Array,
  place: number,
  ids: Int32Array,
  start: number,
  end: number,
): void {
  if (end - start > FEW) into.set(ids.subarray(start, end), place);
  else for (let index = start; index < end; index++) into[place + index - start] = ids[index];
}

function grow(values: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}
