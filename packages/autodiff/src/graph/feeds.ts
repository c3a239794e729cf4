// What callers feed: checked against the declared inputs before anything runs.
import { AutodiffError } from '../errors.js';
import type { DataType } from './data-type.js';
import type { Dim } from './dimension.js';
import { isSymbol } from './dimension.js';
import { formatShape, sizeOfShape } from './shape.js';

/** An array for one input. float32: Float32Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array. */
export interface Feed {
  data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
  shape: readonly number[];
}

/** An input as declared. */
export interface InputSpec {
  name: string;
  shape: readonly Dim[];
  dtype: DataType;
}

const ARRAY_OF_TYPE = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

/**
 * Checks one fed shape against its declaration and records the symbolic sizes it binds.
 * @throws AutodiffError FEED_SHAPE
 */
export function bindShape(
  spec: { name: string; shape: readonly Dim[] },
  feed: { data: ArrayLike<unknown>; shape: readonly number[] },
  bindings: Map<string, number>,
): void {
  const fail = (got: string) => {
    throw new AutodiffError(
      'FEED_SHAPE',
      `'${spec.name}': got ${got}, expected ${formatShape(spec.shape)}`,
    );
  };
  if (feed.shape.length !== spec.shape.length) fail(`shape ${formatShape(feed.shape)}`);
  if (sizeOfShape(feed.shape) !== feed.data.length) {
    fail(`${feed.data.length} values with shape ${formatShape(feed.shape)}`);
  }
  spec.shape.forEach((dim, axis) => {
    const size = feed.shape[axis];
    if (typeof dim === 'number') {
      if (dim !== size) fail(`shape ${formatShape(feed.shape)}`);
    } else if (isSymbol(dim)) {
      const known = bindings.get(dim);
      if (known !== undefined && known !== size) {
        fail(`shape ${formatShape(feed.shape)} where ${dim} is already ${known}`);
      }
      bindings.set(dim, size);
    }
  });
}

/**
 * Checks that an array has the type of its input and memory that ONNX Runtime can read in place.
 * @throws AutodiffError FEED_DTYPE
 */
export function checkFeedType(spec: InputSpec, feed: Feed): void {
  const expected = ARRAY_OF_TYPE[spec.dtype];
  if (!(feed.data instanceof expected)) {
    throw new AutodiffError(
      'FEED_DTYPE',
      `'${spec.name}': got ${nameOf(feed.data)}, expected ${expected.name} for ${spec.dtype}`,
    );
  }
  if (typeof SharedArrayBuffer !== 'undefined' && feed.data.buffer instanceof SharedArrayBuffer) {
    throw new AutodiffError(
      'FEED_DTYPE',
      `'${spec.name}': got a view of shared memory, expected memory of its own`,
      { hint: 'copy it with .slice(): ONNX Runtime does not take SharedArrayBuffer' },
    );
  }
}

/**
 * Checks every feed: names, types, shapes. Returns the symbolic sizes that they bind.
 * @throws AutodiffError FEED_MISSING, FEED_UNKNOWN, FEED_DTYPE, FEED_SHAPE
 */
export function checkFeeds(
  specs: readonly InputSpec[],
  feeds: Readonly<Record<string, Feed>>,
): Map<string, number> {
  const bindings = new Map<string, number>();
  for (const spec of specs) {
    const feed = feeds[spec.name];
    if (feed === undefined) {
      throw new AutodiffError(
        'FEED_MISSING',
        `'${spec.name}' was not fed, expected ${spec.dtype} ${formatShape(spec.shape)}`,
      );
    }
    checkFeedType(spec, feed);
    bindShape(spec, feed, bindings);
  }
  checkUnknown(specs, Object.keys(feeds));
  return bindings;
}

/** Refuses names that are no inputs: a misspelt name must not be ignored. */
export function checkUnknown(specs: readonly { name: string }[], names: readonly string[]): void {
  const known = new Set(specs.map((spec) => spec.name));
  for (const name of names) {
    if (known.has(name)) continue;
    throw new AutodiffError(
      'FEED_UNKNOWN',
      `'${name}' is no input, expected ${[...known].map((k) => `'${k}'`).join(', ') || 'none'}`,
    );
  }
}

function nameOf(data: unknown): string {
  return (data as object | undefined)?.constructor?.name ?? typeof data;
}
