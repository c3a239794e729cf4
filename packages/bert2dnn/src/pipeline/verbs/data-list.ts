// `data list`: the public sets that `data import` reads, with their terms and files. Reads nothing.
import { DATA_SOURCES, findSource } from '../../data/index.js';
import { text } from '../options.js';
import { defineVerb } from '../verb.js';

export const dataListVerb = defineVerb({
  name: 'list',
  summary:
    'The public data sets that can be imported: terms, where they come from, expected files.',
  options: { name: text('Name of one set (default: all).', '<name>') },
  outIn: (stageFolder) => stageFolder,
  inputs: () => [],
  run: async ({ name }) =>
    (name === undefined ? DATA_SOURCES : [findSource(name)]).map(({ stage: _, ...about }) => about),
});
