// Tests run what ships: imports of packages/*/src/*.js go to packages/*/dist/*.js, loaded by Node itself.
// So worker threads, the command line and the tests all start from the same files. Build first (`npm test` does).
import { defineConfig } from 'vitest/config';

export const runBuiltFiles = {
  name: 'run-built-files',
  enforce: 'pre' as const,
  async resolveId(
    this: { resolve: (source: string, importer?: string) => Promise<{ id: string } | null> },
    source: string,
    importer?: string,
  ) {
    if (!source.startsWith('.') || !source.endsWith('.js') || importer === undefined) return null;
    const path = new URL(source, `file://${importer}`).pathname;
    if (!/\/packages\/[^/]+\/src\//.test(path)) return null;
    return { id: path.replace(/(\/packages\/[^/]+)\/src\//, '$1/dist/'), external: true };
  },
};

export default defineConfig({
  plugins: [runBuiltFiles],
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [
      '**/*.data.test.ts',
      '**/*.peers.test.ts',
      '**/*.faults.test.ts',
      '**/node_modules/**',
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    reporters: ['default', './scripts/count-reporter.mjs'],
  },
});
