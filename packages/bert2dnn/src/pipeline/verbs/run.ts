// `run`: the stages of a config; only what is stale runs.
import { readConfig } from '../config.js';
import { requiredPath } from '../options.js';
import { runPipeline } from '../run.js';
import { defineVerb } from '../verb.js';
import { STAGE_VERBS } from './all.js';

export const runVerb = defineVerb({
  name: 'run',
  summary: 'Run the stages of a config file: what is fresh is skipped, what was cut off goes on.',
  options: {
    config: requiredPath(
      'JSON file: { "out", "seed", "stages": { name: { "verb", ...options } } }.',
      '<file>',
    ),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ config }) => [config],
  run: async ({ config }, context) => ({
    stages: await runPipeline(await readConfig(config, STAGE_VERBS), context),
  }),
});
