// `serve`: students (or teachers) behind HTTP, until the process is told to stop.
import { basename, resolve } from 'node:path';
import { openScorer } from '../../evaluate/open-scorer.js';
import { type RunningServer, type ServedModel, startServer } from '../../server/server.js';
import { files, integer, list, text, toggle } from '../options.js';
import { defineVerb } from '../verb.js';

/** A server that runs, and what it serves. */
export interface ServeResult {
  url: string;
  models: string[];
  /** Answers what is under way, stops and frees the models. */
  close(): Promise<void>;
}

export const serveVerb = defineVerb({
  name: 'serve',
  summary: 'Answer POST /score and GET /health over HTTP.',
  options: {
    model: {
      ...files(
        'Student or teacher folders; the first one answers unless a request names another.',
        '<dir...>',
      ),
      required: true,
    },
    fields: list(
      'Fields of a pair, in the order of the texts, for a teacher made elsewhere: query,title. Default: text. Models that state their fields keep them.',
      '<name,...>',
    ),
    port: integer('Port; 0 takes a free one.', 8080, { min: 0, max: 65_535 }),
    host: text(
      'Address to listen on: 127.0.0.1 (the default) is this machine only, 0.0.0.0 the network.',
      '<address>',
    ),
    maxPairs: integer('Most pairs of one request.', 1000),
    log: toggle('Log each request as a JSON line on stdout.'),
  },
  outIn: (stageFolder) => stageFolder,
  inputs: ({ model }) => model,
  async run({ model, fields, port, host, maxPairs, log }, context): Promise<ServeResult> {
    const models: ServedModel[] = [];
    for (const folder of model) {
      models.push({
        name: basename(resolve(folder)),
        scorer: await openScorer(folder, { threads: context.threads, fields }),
      });
    }
    const server: RunningServer = await startServer({ models, port, host, maxPairs, logger: log });
    return {
      url: server.url,
      models: models.map((served) => served.name),
      async close() {
        await server.close();
        await Promise.all(models.map((served) => served.scorer.release()));
      },
    };
  },
});
