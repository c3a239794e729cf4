// A web server of one folder for looking at what was exported: this machine only, reading only. Not for the internet.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.tsv': 'text/tab-separated-values; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
};

/** A server that runs. */
export interface StaticServer {
  /** Address of the folder, with a slash at its end. */
  url: string;
  /** Ends it and every connection. */
  close(): Promise<void>;
}

/**
 * Serves the files of `folder` at 127.0.0.1; `port` 0 takes a free one.
 * @throws Bert2dnnError USAGE if the port is taken.
 */
export async function serveFolder(folder: string, port: number): Promise<StaticServer> {
  const server = createServer((request, response) => void answer(folder, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `--serve: port ${port} cannot be had (${cause.code}), expected a free one`;
      reject(new Bert2dnnError('USAGE', message, { hint: 'Port 0 takes any free port.', cause }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  const path = isReading ? pathOf(folder, request.url ?? '/') : undefined;
  const file = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || !file?.isFile()) {
    response.writeHead(isReading ? 404 : 405, { 'content-type': 'text/plain' });
    response.end(isReading ? 'not found\n' : 'GET and HEAD only\n');
    return;
  }
  response.writeHead(200, {
    'content-type': MEDIA_TYPES[extname(path)] ?? 'application/octet-stream',
    'content-length': file.size,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(path)
      .on('error', () => response.destroy())
      .pipe(response);
}

/** The file of an address; `undefined` for one that is malformed or leaves the folder. */
function pathOf(folder: string, address: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(new URL(`http://localhost${address}`).pathname);
  } catch {
    return undefined;
  }
  if (path.includes('\0')) return undefined;
  // `normalize` of a path that begins with a slash cannot climb above it.
  return join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
}
