// Injected faults over a real redis-server: kills, cuts, slow disks. Minutes long; see CONTRIBUTING.
import { defineConfig } from 'vitest/config';
import { runBuiltFiles } from './vitest.config.js';

export default defineConfig({
  plugins: [runBuiltFiles],
  test: {
    include: ['packages/*/test/**/*.faults.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    // A run of 500 faults takes minutes; one that hangs must end.
    testTimeout: 1_800_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    reporters: ['default', './scripts/count-reporter.mjs'],
  },
});
