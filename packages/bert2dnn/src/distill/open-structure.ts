// A student's vocabularies and sizes before its training: of the student to go on from, or counted, and cut to `maxSize`.
import type { StudentDefinition } from '@bert2dnn/student';
import type { ExampleSet } from '../data/index.js';
import type { DistillJob } from './distill-job.js';
import { type Vocabularies, withVocabularySizes } from './featurize.js';
import { openVocabularies } from './open-features.js';
import { describeProvenance } from './provenance.js';
import { planSize } from './size-plan.js';
import type { Targets } from './targets.js';

/** Most bytes of the record of a training beside what it was made from, and of each epoch's figures in it. */
const RECORD_BYTES = 2048;
const EPOCH_BYTES = 512;

/** Gives the definition with its real sizes, and its vocabularies. @throws as `openVocabularies` and `planSize` */
export async function openStructure(
  job: DistillJob,
  set: ExampleSet,
  targets: Targets,
): Promise<{ definition: StudentDefinition; vocabularies: Vocabularies }> {
  const { draft, start, inputs, options, progress } = job;
  const vocabularies = start?.vocabularies ?? (await openVocabularies({ ...job, set, targets }));
  const definition = withVocabularySizes(draft, vocabularies);
  const { maxSize, precision, epochs } = inputs.settings;
  if (maxSize === undefined) return { definition, vocabularies };
  const { short, long } = describeProvenance(inputs);
  const plan = planSize(
    { definition: { ...definition, provenance: short }, vocabularies },
    {
      maxBytes: maxSize,
      precision,
      textBytes:
        Buffer.byteLength(JSON.stringify(long, null, 2)) + RECORD_BYTES + EPOCH_BYTES * epochs,
      keeps: {
        embeddingSize: options.embeddingSize !== undefined,
        hiddenLayers: options.hiddenLayers !== undefined,
      },
    },
  );
  const { embeddingSize, hiddenLayers, blocks } = plan.definition;
  progress.note(
    `distill: for the size, width ${embeddingSize}, layers ${hiddenLayers.join(', ')}, rows ${blocks.map(({ name, size }) => `${name} ${size}`).join(', ')}`,
  );
  return { ...plan, definition: { ...plan.definition, provenance: undefined } };
}
