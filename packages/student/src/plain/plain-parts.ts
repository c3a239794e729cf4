// What `reference.min.js` has.
export { ReferenceExecutor } from '../executors/reference-executor.js';
export { MatchBlock } from '../features/match-block.js';
