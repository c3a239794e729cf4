// The JSON file that describes an endpoint: read, checked, defaults filled in. It holds the name of a key, never a key.
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { Bert2dnnError, findNearestName } from '../../foundation/errors.js';
import { readJson } from '../../foundation/files.js';

const count = z.number().int().min(1);
const amount = z.number().min(0);
const limit = z.number().gt(0);
/** Members that are sent as they are. */
const extraMembers = z.record(z.string(), z.json());
const scores = z.enum(['probability', 'logit']);

/** The members that every kind has; with the defaults, a limit where it is not plain. */
const shared = {
  /** Whole address of the path that is asked; http or https, without a user. */
  url: z.string(),
  /** Names the model in the fingerprint and the cache; sent where the protocol has a place for it. */
  model: z.string().min(1),
  /** Environment variable that holds the API key. Without it no key is sent. */
  keyFrom: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
    .optional(),
  /** Header of the key: `authorization` sends `Bearer <key>`, any other the bare key. */
  keyHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header')
    .default('authorization'),
  /** Columns that are sent: of several the first is the query and the others, joined by a blank, the document. */
  fields: z.array(z.string().min(1)).min(1).default(['query', 'title']),
  extra: extraMembers.default({}),
  prices: z
    .strictObject({
      inputPerMillion: amount.default(0),
      outputPerMillion: amount.default(0),
      perThousandRequests: amount.default(0),
      currency: z.string().min(1).default('USD'),
    })
    .optional(),
  budget: z
    .strictObject({ cost: limit.optional(), requests: count.optional(), tokens: count.optional() })
    .default({}),
  limits: z
    .strictObject({
      /** Requests under way at once. */
      concurrency: count.max(256).default(8),
      requestsPerMinute: limit.optional(),
      tokensPerMinute: limit.optional(),
      timeoutSeconds: limit.max(300).default(60),
      /** Attempts after the first at 408, 425, 429, 5xx and network errors. */
      retries: z.number().int().min(0).max(20).default(5),
      /** Attempts after the first at an answer that cannot be read. */
      answerRetries: z.number().int().min(0).max(20).default(2),
      /** A longer `Retry-After` ends the run. */
      maxRetryAfterSeconds: limit.max(86_400).default(300),
    })
    .prefault({}),
  /** Share of the rows of a shard that may fail before the rest of it is not asked any more. */
  maxFailedShare: z.number().min(0).max(1).default(0.01),
  /** Folder of the answers, relative to the description. Default: its name with `.cache` for `.json`. */
  cache: z.string().min(1).optional(),
};

const rerankSchema = z.strictObject({
  kind: z.literal('rerank'),
  ...shared,
  /** `cohere`: `{model, query, documents, top_n} -> {results}`; `tei`: `{query, texts} -> [{index, score}]`. */
  api: z.enum(['cohere', 'tei']).default('cohere'),
  scores: scores.default('probability'),
  clip: z.number().gt(0).lt(0.5).default(1e-6),
  /** Documents of a request at most. */
  batchRows: count.max(1000).default(32),
});

const classifySchema = z.strictObject({
  kind: z.literal('classify'),
  ...shared,
  /** Labels of the endpoint in class order; one label means a single probability or logit. */
  labels: z.array(z.string().min(1)).min(1),
  scores: scores.default('probability'),
  clip: z.number().gt(0).lt(0.5).default(1e-6),
  /** Rows of a request at most. */
  batchRows: count.max(1000).default(32),
});

const chatSchema = z.strictObject({
  kind: z.literal('chat'),
  ...shared,
  /** `json`: structured output; `text`: the first grade in the text; `logprobs`: distribution over the grade tokens. */
  answer: z.enum(['json', 'text', 'logprobs']).default('json'),
  /** What each grade means, by its number. Default: four grades of search relevance. */
  scale: z.record(z.string(), z.string().min(1)).optional(),
  /** Messages with the fields in braces and `{scale}`. Default: search relevance of `{title}` for `{query}`. */
  prompt: z
    .strictObject({ system: z.string().min(1).optional(), user: z.string().min(1) })
    .optional(),
  clip: z.number().gt(0).lt(0.5).default(0.02),
  /** `null` leaves it out. */
  temperature: amount.max(2).nullable().default(0),
  /** `null` leaves it out. */
  seed: z.number().int().nullable().default(1),
  /** Tokens of an answer at most. Default: 32, with `logprobs` 4. */
  maxAnswerTokens: count.optional(),
  /** How the API calls that limit. */
  tokenLimitMember: z.enum(['max_tokens', 'max_completion_tokens']).default('max_tokens'),
  topLogprobs: count.max(20).default(20),
});

const SCHEMAS = { rerank: rerankSchema, classify: classifySchema, chat: chatSchema } as const;

/** A re-ranker. */
export type RerankDescription = z.output<typeof rerankSchema>;
/** A classifier. */
export type ClassifyDescription = z.output<typeof classifySchema>;
/** A judge. */
export type ChatDescription = z.output<typeof chatSchema>;
/** What any endpoint says of itself. */
export type EndpointDescription = RerankDescription | ClassifyDescription | ChatDescription;

/** Whether a teacher's path names a description: it ends with `.json` and is no folder. */
export async function isEndpointFile(path: string): Promise<boolean> {
  if (!/\.json$/i.test(path)) return false;
  return (await stat(path).catch(() => undefined))?.isDirectory() !== true;
}

/**
 * Reads a description.
 * @throws Bert2dnnError FILE_MISSING, FILE_CORRUPT, ENDPOINT_INVALID that names the member, and the nearest known one.
 */
export async function readDescription(path: string): Promise<EndpointDescription> {
  return checkDescription(await readJson(path), path);
}

/** Checks a description that was read already; `place` names it in errors. @throws Bert2dnnError ENDPOINT_INVALID. */
export function checkDescription(value: unknown, place: string): EndpointDescription {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const kinds = Object.keys(SCHEMAS);
  if (typeof kind !== 'string' || !kinds.includes(kind)) {
    const nearest = typeof kind === 'string' ? findNearestName(kind, kinds) : undefined;
    const got = JSON.stringify(kind) ?? 'nothing';
    throw invalid(place, `"kind": got ${got}, expected one of ${kinds.join(', ')}`, nearest);
  }
  const schema = SCHEMAS[kind as keyof typeof SCHEMAS];
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw describeIssue(schema, parsed.error.issues[0], place);
  checkAddress(parsed.data.url, place);
  checkMembers(parsed.data, place);
  return parsed.data;
}

/** Folder of the answers of a description. */
export function cacheFolderOf(path: string, { cache }: EndpointDescription): string {
  const folder = dirname(resolve(path));
  return cache === undefined
    ? join(folder, `${basename(path).replace(/\.json$/i, '')}.cache`)
    : resolve(folder, cache);
}

/** An address without its query, which may hold a secret. */
export function shownAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** An error about a member of a description. */
export function invalid(place: string, message: string, nearest?: string): Bert2dnnError {
  const hint = nearest === undefined ? undefined : `Did you mean "${nearest}"?`;
  return new Bert2dnnError('ENDPOINT_INVALID', `${place}: ${message}`, { hint });
}

function checkAddress(text: string, place: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw invalid(place, '"url": expected a whole address that begins with http:// or https://');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      place,
      '"url": holds a user or password, expected the key in an environment variable',
    );
  }
}

function checkMembers(description: EndpointDescription, place: string): void {
  const { fields, budget, prices, kind } = description;
  if (new Set(fields).size !== fields.length) {
    throw invalid(place, `"fields": got ${fields.join(', ')}, expected each once`);
  }
  if (kind === 'rerank' && fields.length < 2) {
    throw invalid(place, '"fields": got one, expected a query and at least one more');
  }
  if (kind === 'classify' && new Set(description.labels).size !== description.labels.length) {
    throw invalid(place, `"labels": got ${description.labels.join(', ')}, expected each once`);
  }
  if (budget.cost !== undefined && prices === undefined) {
    throw invalid(place, '"budget.cost" needs "prices"');
  }
}

function describeIssue(schema: z.ZodType, issue: z.core.$ZodIssue, place: string): Bert2dnnError {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') {
    return invalid(place, `"${path.join('.')}": ${issue.message}`);
  }
  const [name] = issue.keys;
  const known = knownMembers(schema, path);
  const shown = [...path, name].join('.');
  const expected = known.length === 0 ? '' : `, expected ${known.join(', ')}`;
  return invalid(place, `unknown member "${shown}"${expected}`, findNearestName(name, known));
}

/** Names of the members of the object at `path`. */
function knownMembers(schema: z.ZodType, path: readonly string[]): string[] {
  let node: unknown = schema;
  for (const name of path) node = unwrap((unwrap(node) as z.ZodObject).shape?.[name]);
  const shape = (unwrap(node) as z.ZodObject | undefined)?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}

function unwrap(schema: unknown): unknown {
  let node = schema;
  while (
    node instanceof z.ZodOptional ||
    node instanceof z.ZodDefault ||
    node instanceof z.ZodPrefault
  ) {
    node = node.unwrap();
  }
  return node;
}
