// Names of what a distillation keeps in its cache folder, and the vocabularies in it: found there, or counted.
import { type StudentDefinition, vocabularyTensors } from '@bert2dnn/student';
import type { ExampleSet } from '../data/index.js';
import { fingerprintJson, type Json } from '../foundation/fingerprint.js';
import type { Progress } from '../foundation/progress.js';
import { CODE_VERSION } from '../foundation/version.js';
import { countVocabularies } from './count-vocabularies.js';
import {
  type FeatureFolder,
  readVocabularies,
  shardFolder,
  textFolder,
  writeVocabularies,
} from './feature-folder.js';
import type { Vocabularies } from './featurize.js';
import type { DistillOptions } from './options.js';
import type { TrainingInputs } from './provenance.js';
import type { ShardSetting } from './shard-maker.js';
import type { Targets } from './targets.js';

/** Where features come from and go. */
export interface FeatureSource {
  options: DistillOptions;
  inputs: TrainingInputs;
  features: FeatureFolder;
}

/** Changes whenever the same texts may give other bytes in the folder. */
const FORMAT = 1;

/** What the texts are: bytes of the files, columns, and which rows remain. */
function textsOf({ options: { input }, inputs }: FeatureSource): Json {
  return {
    format: FORMAT,
    version: CODE_VERSION,
    files: inputs.input.map(({ path: _, ...rest }) => rest),
    fields: Object.entries(input.fields),
    group: input.group,
    maxTextCharacters: input.maxTextCharacters,
    // Under `skip` a bad label takes its row away.
    rows: input.badRows && ([input.label ?? null, input.weight ?? null] as unknown as Json),
    // Words of scripts without spaces are cut by the engine's dictionary.
    dictionary: process.versions.icu,
  };
}

/** Folder of the texts of a job. */
export function stagedTextFolder(source: FeatureSource): string {
  return textFolder(source.features, fingerprintJson(textsOf(source)));
}

/** What the shards of a job are made from, and their key. */
export function shardSettingOf(
  source: FeatureSource,
  parts: { set: ExampleSet; definition: StudentDefinition; vocabularies: Vocabularies },
): ShardSetting {
  const { set, definition, vocabularies } = parts;
  const { shardExamples } = source.inputs.settings;
  const { fields, text, blocks } = definition;
  const tokens = Object.entries(vocabularies).map(([name, own]) => [name, [...own.tokens]]);
  const texts = textsOf(source);
  const key = fingerprintJson({
    texts,
    shardExamples,
    definition: { fields, text, blocks } as unknown as Json,
    tokens,
  });
  // A single shard is made in no time: it is kept only where somebody asked for that.
  const isWritten = source.features.isKept || set.numRows > shardExamples;
  return {
    set,
    definition: { fields, text, blocks },
    vocabularies: Object.fromEntries(
      Object.entries(vocabularies).map(([name, own]) => [name, vocabularyTensors(own)]),
    ),
    key,
    folder: isWritten ? shardFolder(source.features, key) : undefined,
    shardExamples,
  };
}

/** The vocabularies of a job: of an earlier run with the same texts, labels (where they matter) and sizes, or counted. */
export async function openVocabularies(
  source: FeatureSource & {
    set: ExampleSet;
    draft: StudentDefinition;
    targets: Targets;
    progress: Progress;
  },
): Promise<Vocabularies> {
  const { options, inputs, features, set, draft, targets } = source;
  const { minCount, vocabularyBy: criterion, shardExamples, threads, loss } = inputs.settings;
  const byInformation = criterion === 'information';
  const key = fingerprintJson({
    texts: textsOf(source),
    text: draft.text as unknown as Json,
    blocks: draft.blocks as unknown as Json,
    minCount,
    criterion,
    labels: byInformation && labelKey(source),
  });
  const isWritten = features.isKept || set.numRows > shardExamples;
  const found = isWritten ? await readVocabularies(features, key) : undefined;
  if (found !== undefined) return found;
  const { numOutputs } = draft;
  const labels = { values: targets.targets, numOutputs, areLogits: loss === 'margin-mse' };
  const { maxTokens } = options;
  const folder = features.path;
  const counting = {
    minCount,
    criterion,
    labels: byInformation ? labels : undefined,
    maxTokens,
    threads,
    folder,
  };
  const vocabularies = await countVocabularies(set, draft, counting, source.progress);
  if (isWritten) await writeVocabularies(features, key, vocabularies);
  return vocabularies;
}

/** What the targets are made from. */
function labelKey({ options, inputs }: FeatureSource): Json {
  const { labels, settings } = inputs;
  return [
    (labels?.manifest ?? null) as unknown as Json,
    (options.input.label ?? null) as unknown as Json,
    settings.hardShare,
    settings.loss,
  ];
}
