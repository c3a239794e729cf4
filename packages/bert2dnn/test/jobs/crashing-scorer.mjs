// A scoring process that ends under its first shard, as one that is killed for memory.
process.on('message', () => process.exit(7));
