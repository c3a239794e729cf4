// Lists of numbers that grow by doubling in shared memory, so that a worker thread gets them without a copy.

type Numbers = Uint16Array | Uint32Array;

const FIRST_CAPACITY = 1024;

/** A list of unsigned numbers in shared memory. */
export class GrowingArray<Kind extends Numbers> {
  length = 0;

  private constructor(
    private values: Kind,
    private readonly allocate: (capacity: number) => Kind,
  ) {}

  /** An empty list of 16-bit numbers. */
  static ofUint16(): GrowingArray<Uint16Array> {
    const allocate = (capacity: number) => new Uint16Array(new SharedArrayBuffer(capacity * 2));
    return new GrowingArray(allocate(FIRST_CAPACITY), allocate);
  }

  /** An empty list of 32-bit numbers. */
  static ofUint32(): GrowingArray<Uint32Array> {
    const allocate = (capacity: number) => new Uint32Array(new SharedArrayBuffer(capacity * 4));
    return new GrowingArray(allocate(FIRST_CAPACITY), allocate);
  }

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(this.length + 1);
    this.values[this.length++] = value;
  }

  /** Makes room for `capacity` numbers in all. */
  reserve(capacity: number): void {
    if (capacity <= this.values.length) return;
    const grown = this.allocate(Math.max(capacity, this.values.length * 2));
    grown.set(this.values);
    this.values = grown;
  }

  /** The numbers so far; valid until the next push. */
  view(): Kind {
    return this.values.subarray(0, this.length) as Kind;
  }

  /** Forgets the numbers and keeps the memory. */
  clear(): void {
    this.length = 0;
  }
}
