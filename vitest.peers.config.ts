// Tests beside Python: its transformers open what we write. See CONTRIBUTING.
import { defineConfig } from 'vitest/config';
import { runBuiltFiles } from './vitest.config.js';

export default defineConfig({
  plugins: [runBuiltFiles],
  test: {
    include: ['packages/*/test/**/*.peers.test.ts', 'test/**/*.peers.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    reporters: ['default', './scripts/count-reporter.mjs'],
  },
});
