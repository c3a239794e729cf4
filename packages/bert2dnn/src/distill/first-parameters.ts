// First values of a student's numbers: of the student to go on from, random, or with a teacher's token embeddings.
import { initializeParameters, type StudentDefinition } from '@bert2dnn/student';
import { createRandom } from '../foundation/random.js';
import { openModelFolder } from '../teacher/model-folder.js';
import type { DistillJob } from './distill-job.js';
import { startEmbeddings } from './embedding-start.js';
import type { Vocabularies } from './featurize.js';
import { startParameters } from './start-student.js';

/** The first values by name, arrays of their own. @throws as `openModelFolder` */
export async function firstParameters(
  { options, inputs, start, progress }: DistillJob,
  structure: { definition: StudentDefinition; vocabularies: Vocabularies },
): Promise<Record<string, Float32Array>> {
  if (start !== undefined) return startParameters(start);
  const folder = options.startEmbeddings;
  const { seed } = inputs.settings;
  const random = createRandom(seed, 'initialize').next;
  const parameters = initializeParameters(structure.definition, random);
  if (folder === undefined) return parameters;
  const { tokenizer, weights, config } = await openModelFolder(folder);
  const source = {
    table: weights.parameters['embeddings.token'],
    width: config.encoder.embeddingSize,
    encodeText: (text: string) => tokenizer.encodeText(text),
  };
  const numRows = startEmbeddings({ ...structure, parameters }, source, seed);
  progress.note(`distill: ${numRows} n-grams begin with embeddings of ${folder}`);
  return parameters;
}
