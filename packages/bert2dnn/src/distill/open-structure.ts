// A student's vocabularies and sizes before its training: of the student to go on from, or counted, and cut to `maxSize`.
import type { Precision, StudentDefinition } from '@bert2dnn/student';
import type { ExampleSet } from '../data/index.js';
import type { DistillJob } from './distill-job.js';
import { type Vocabularies, withVocabularySizes } from './featurize.js';
import { openVocabularies } from './open-features.js';
import { describeProvenance, type TrainingInputs } from './provenance.js';
import { planSize, type SizePlan, studentBytes } from './size-plan.js';
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
  const { maxSize } = inputs.settings;
  if (maxSize === undefined) return { definition, vocabularies };
  const { short } = describeProvenance(inputs);
  const whole = { definition: { ...definition, provenance: short }, vocabularies };
  const plan = planSize(whole, {
    maxBytes: maxSize,
    textBytes: textBytesOf(inputs),
    precision: choosePrecision(whole, inputs),
    keeps: {
      embeddingSize: options.embeddingSize !== undefined,
      hiddenLayers: options.hiddenLayers !== undefined,
    },
  });
  const { embeddingSize, hiddenLayers, blocks } = plan.definition;
  progress.note(
    `distill: for the size, width ${embeddingSize}, layers ${hiddenLayers.join(', ')}, rows ${blocks.map(({ name, size }) => `${name} ${size}`).join(', ')}`,
  );
  return { ...plan, definition: { ...plan.definition, provenance: undefined } };
}

/** How a student is stored: as asked, else in float32 if that fits into `maxSize`, else in int8. */
export function choosePrecision(student: SizePlan, inputs: TrainingInputs): Precision {
  const { precision, maxSize = Number.POSITIVE_INFINITY } = inputs.settings;
  if (precision !== undefined) return precision;
  return textBytesOf(inputs) + studentBytes(student) <= maxSize ? 'float32' : 'int8';
}

/** Most bytes of the record of the training. */
function textBytesOf(inputs: TrainingInputs): number {
  const { long } = describeProvenance(inputs);
  const numBytes = Buffer.byteLength(JSON.stringify(long, null, 2));
  return numBytes + RECORD_BYTES + EPOCH_BYTES * inputs.settings.epochs;
}
