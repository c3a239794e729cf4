// What `reference.min.js` has.
export { ReferenceExecutor } from '../executors/reference-executor.js';
export { createPlainBlock } from '../features/plain-blocks.js';
export { checkKind } from '../format/file-kinds.js';
export { computeXxh64 } from '../format/plain-xxh64.js';
export { sha256 } from '../format/sha256.js';
export { checkPlainNumbers } from '../model/plain-numbers.js';
