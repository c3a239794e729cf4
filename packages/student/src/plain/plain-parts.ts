// What `reference.min.js` has.
export { ReferenceExecutor } from '../executors/reference-executor.js';
export { createPlainBlock } from '../features/plain-blocks.js';
export { computeSha256 } from '../format/plain-sha256.js';
