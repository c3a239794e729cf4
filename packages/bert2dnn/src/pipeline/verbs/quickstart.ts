// `quickstart`: the whole walk on a generated shop.
import { pathWithDefault } from '../options.js';
import { runQuickstart } from '../quickstart.js';
import { defineVerb } from '../verb.js';
import { STAGE_VERBS } from './all.js';

export const quickstartVerb = defineVerb({
  name: 'quickstart',
  summary: 'The whole walk on a shop that it generates: offline, in minutes, resumable.',
  options: { out: pathWithDefault('Folder for everything that it makes.', '<dir>', 'quickstart') },
  outIn: (stageFolder) => stageFolder,
  inputs: () => [],
  run: ({ out }, context) => runQuickstart(out, STAGE_VERBS, context),
});
