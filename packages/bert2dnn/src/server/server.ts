// The HTTP server: POST /score and GET /health over any scorers. The only file that knows Fastify.
// Computes nothing: it checks a body, asks the scorer and presents the answer.

import Fastify, { type FastifyInstance } from 'fastify';
import { classNames, type Score, type Scorer, scoreTexts } from '../evaluate/scorer.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { describeError, RequestError } from './request-error.js';
import { parseScoreRequest } from './score-request.js';

/** A model under the name by which a request may choose it. */
export interface ServedModel {
  name: string;
  scorer: Scorer;
}

export interface ServerOptions {
  /** The first one answers when a request names none. At least one; names differ. */
  models: readonly ServedModel[];
  /** Logs each request as a JSON line on stdout. Default false. */
  logger?: boolean;
  /** Most pairs a request. Default 1000: more lets one client hold the others up longer. */
  maxPairs?: number;
  /** Most bytes a body. Default 1 MiB. */
  bodyLimitBytes?: number;
}

/** One model as `GET /health` shows it. */
export interface ModelHealth {
  name: string;
  kind: string;
  fields: readonly string[];
  numOutputs: number;
  classes?: readonly string[];
  temperature: number;
}

/** The answer of `GET /health`. */
export interface Health {
  status: 'ok';
  models: ModelHealth[];
}

/** The answer of `POST /score`: one score, or `results` in the order of `pairs`. */
export type ScoreAnswer = Score | { results: Score[] };

/** A server that does not listen yet; `inject` asks it without a socket. */
export type ScoreServer = FastifyInstance;

/**
 * Builds the server.
 * @throws Bert2dnnError USAGE without a model or with two of one name.
 */
export function createServer(options: ServerOptions): ScoreServer {
  const { maxPairs = 1000, bodyLimitBytes = 1 << 20, logger = false } = options;
  const scorers = indexModels(options.models);
  const queue = createQueues();
  const server = Fastify({
    logger,
    bodyLimit: bodyLimitBytes,
    // Closing waits for answers under way and drops connections that only wait.
    forceCloseConnections: 'idle',
  });
  server.setErrorHandler((error, request, reply) => {
    const { status, body } = describeError(error);
    if (status >= 500) request.log.error(error);
    return reply.code(status).send(body);
  });
  server.setNotFoundHandler((request) => {
    throw new RequestError(
      'ROUTE_UNKNOWN',
      `${request.method} ${request.url}: no such route`,
      'There are POST /score and GET /health.',
    );
  });
  server.get('/health', (): Health => ({ status: 'ok', models: describeModels(scorers) }));
  server.post('/score', async (request): Promise<ScoreAnswer> => {
    const { scorer, texts, isList } = parseScoreRequest(request.body, { scorers, maxPairs });
    if (texts[0].length === 0) return { results: [] };
    const results = await queue(scorer, () => scoreTexts(scorer, texts));
    return isList ? { results } : results[0];
  });
  return server;
}

export interface StartOptions extends ServerOptions {
  /** Default 8080; 0 takes a free one. */
  port?: number;
  /** Address to listen on. Default 127.0.0.1: this machine only; 0.0.0.0 opens it to the network. */
  host?: string;
}

/** A server that listens. */
export interface RunningServer {
  url: string;
  port: number;
  /** Answers what is under way, then stops. The scorers stay open: they are the caller's. */
  close(): Promise<void>;
}

/**
 * Builds the server and listens.
 * @throws Bert2dnnError PORT_IN_USE when the port is taken, USAGE when the address cannot be used.
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { port = 8080, host = '127.0.0.1' } = options;
  const server = createServer(options);
  let url: string;
  try {
    url = await server.listen({ port, host });
  } catch (error) {
    await server.close();
    throw describeListenError(error, host, port);
  }
  const address = server.server.address();
  const boundPort = address !== null && typeof address === 'object' ? address.port : port;
  return { url, port: boundPort, close: () => server.close() };
}

function describeListenError(error: unknown, host: string, port: number): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') {
    return new Bert2dnnError('PORT_IN_USE', `${host}:${port}: another program listens there`, {
      hint: 'Choose another --port, or 0 for any free one.',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new Bert2dnnError('USAGE', `${host}:${port}: cannot listen there (${code})`, {
      hint: 'Ports below 1024 need rights; the host must be an address of this machine.',
      cause: error,
    });
  }
  return error;
}

function indexModels(models: readonly ServedModel[]): Map<string, Scorer> {
  const scorers = new Map<string, Scorer>();
  for (const { name, scorer } of models) {
    if (scorers.has(name)) {
      throw new Bert2dnnError('USAGE', `serve: two models are named ${name}, expected one each`, {
        hint: 'Rename one of the folders.',
      });
    }
    scorers.set(name, scorer);
  }
  if (scorers.size === 0) throw new Bert2dnnError('USAGE', 'serve: got no model, expected one');
  return scorers;
}

function describeModels(scorers: ReadonlyMap<string, Scorer>): ModelHealth[] {
  return [...scorers].map(([name, scorer]) => ({
    name,
    kind: scorer.kind,
    fields: scorer.fields,
    numOutputs: scorer.numOutputs,
    ...(scorer.numOutputs > 1 && { classes: classNames(scorer) }),
    temperature: scorer.temperature,
  }));
}

/** Runs the calls of each scorer one after the other: a teacher's session must not be entered twice. */
function createQueues(): <T>(scorer: Scorer, call: () => Promise<T>) => Promise<T> {
  const tails = new Map<Scorer, Promise<unknown>>();
  return (scorer, call) => {
    const result = (tails.get(scorer) ?? Promise.resolve()).then(call);
    tails.set(
      scorer,
      result.catch(() => undefined),
    );
    return result;
  };
}
