// Tests on real data and real teachers, which the repository does not hold. See README, "Real data".
import { defineConfig } from 'vitest/config';
import { runBuiltFiles } from './vitest.config.js';

export default defineConfig({
  plugins: [runBuiltFiles],
  test: {
    include: ['packages/*/test/**/*.data.test.ts', 'test/**/*.data.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    reporters: ['default', './scripts/count-reporter.mjs'],
  },
});
