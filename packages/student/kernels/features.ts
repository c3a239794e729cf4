// AssemblyScript: the ids of blocks of features, example after example, the same and in the same order as the plain blocks of
// src/features make them, which say what they mean. The caller owns the memory and plans it
// (src/features/kernel-blocks.ts). Compiled by scripts/build-kernels.mjs.
// Each kernel is given the texts of B examples, `block`, what it has to know of one block, and writes to `out` the ids of all
// bags, one behind the other, to `counts` how many each bag has; it returns where the ids end.
export { cross } from './features/cross';
export { ngrams } from './features/ngrams';
export { match } from './match/pairs';
