// The HTTP server: what other folders may use of it.
export type { ErrorBody } from './request-error.js';
export {
  createServer,
  type Health,
  type ModelHealth,
  type RunningServer,
  type ScoreAnswer,
  type ScoreServer,
  type ServedModel,
  type ServerOptions,
  type StartOptions,
  startServer,
} from './server.js';
