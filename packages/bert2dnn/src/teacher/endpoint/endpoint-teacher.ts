// Opens a teacher behind an HTTP endpoint from its description. Scoring is `endpoint.ts`'s matter.
import { basename } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import { fingerprintJson } from '../../foundation/fingerprint.js';
import type { Progress } from '../../foundation/progress.js';
import { Asker } from './asker.js';
import { createChat } from './chat.js';
import { createClassify } from './classify.js';
import { type Clock, SYSTEM_CLOCK } from './clock.js';
import { cacheFolderOf, type EndpointDescription, readDescription } from './description.js';
import { Endpoint, type EndpointLogitsOptions } from './endpoint.js';
import type { Environment } from './http-client.js';
import type { Protocol } from './protocol.js';
import { createRerank } from './rerank.js';

/** Options of `openEndpoint`. */
export interface OpenEndpointOptions {
  /** Of models in folders; refused, as the next two. */
  maxTokens?: number;
  onnxFile?: string;
  embeddings?: unknown;
  /** Of models in folders; another than `f32` is refused. */
  precision?: string;
  /** Where back-off and rate limits take the time from. Default: the machine's clock. */
  clock?: Clock;
  /** Where the key is. Default: that of the process. */
  environment?: Environment;
}

/** An endpoint as a `Teacher`. */
export interface EndpointTeacher {
  /** Path of the description. */
  dir: string;
  fields: string[];
  statesFields: true;
  numOutputs: number;
  classes: string[] | undefined;
  /** Always 0: the endpoint cuts its texts itself. */
  maxTokens: number;
  precision: 'f32';
  /** Of what is asked and how logits are made of the answers. */
  fingerprint: string;
  /**
   * Notes what the rows of shards would cost, texts given as for `logits`; sends nothing.
   * @throws Bert2dnnError ENDPOINT_BUDGET if it is beyond the budget; ENDPOINT_FAILED if the key is not set.
   */
  preview(shards: AsyncIterable<string[][]>, progress: Progress): Promise<void>;
  /**
   * Logits [N, C] in input order of texts given per field; NaN for rows that `onFailedRow` took.
   * Every answer is in the cache before this ends, also when it throws.
   * @throws Bert2dnnError ENDPOINT_BUDGET, ENDPOINT_FAILED (with the list of failed rows), DISK_FULL, WRITE_FAILED.
   */
  logits(
    texts: readonly (readonly string[])[],
    options?: EndpointLogitsOptions,
  ): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Opens the endpoint that a JSON file describes. Nothing is sent yet.
 * @throws Bert2dnnError FILE_MISSING, FILE_CORRUPT, ENDPOINT_INVALID; USAGE for options of a model in a folder.
 */
export async function openEndpoint(
  path: string,
  options: OpenEndpointOptions = {},
): Promise<EndpointTeacher> {
  refuseFolderOptions(path, options);
  const description = await readDescription(path);
  const protocol = createProtocol(description, path);
  const asker = new Asker({
    place: basename(path),
    cacheFolder: cacheFolderOf(path, description),
    description,
    protocol,
    clock: options.clock ?? SYSTEM_CLOCK,
    environment: options.environment ?? process.env,
  });
  const endpoint = new Endpoint(description, protocol, asker);
  return {
    dir: path,
    fields: [...description.fields],
    statesFields: true,
    numOutputs: protocol.numOutputs,
    classes: protocol.classes,
    maxTokens: 0,
    precision: 'f32',
    fingerprint: fingerprintEndpoint(description, protocol),
    preview: (shards, progress) => endpoint.preview(shards, progress),
    logits: (texts, logitsOptions) => endpoint.logits(texts, logitsOptions),
    release: async () => endpoint.release(),
  };
}

function refuseFolderOptions(path: string, options: OpenEndpointOptions): void {
  const { maxTokens, onnxFile, embeddings, precision = 'f32' } = options;
  const folderOptions = { maxTokens, onnxFile, embeddings };
  const [given] = Object.entries(folderOptions).find(([, value]) => value !== undefined) ?? [
    precision === 'f32' ? undefined : 'precision',
  ];
  if (given === undefined) return;
  throw new Bert2dnnError('USAGE', `${path}: an endpoint has no ${given}, expected it left out`, {
    hint: 'It is an option of models in folders.',
  });
}

function createProtocol(description: EndpointDescription, place: string): Protocol {
  if (description.kind === 'rerank') return createRerank(description, place);
  if (description.kind === 'classify') return createClassify(description);
  return createChat(description, place);
}

/** Of what is asked and how logits are made of it: no address, no name of a key, no limits. */
function fingerprintEndpoint({ fields }: EndpointDescription, protocol: Protocol): string {
  // Marks in the place of the texts show the whole question.
  const question = protocol.question(fields.map((_, index) => `<field ${index}>`));
  return fingerprintJson({ question, margins: protocol.margins, fields });
}
