// A real HTTP server on 127.0.0.1 for tests, a clock that moves by being slept on, and folders with descriptions.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/teacher/endpoint/clock.js';

/** A request that came in. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent.
  body: any;
}

/** How the server answers; `drop` closes the connection before the answer or in its middle, `hang` never answers. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** A text is sent as it is, anything else as JSON. */
  body?: unknown;
  drop?: 'before' | 'half';
  hang?: boolean;
}

/** A running server. */
export interface Served {
  url: string;
  received: Received[];
  close(): Promise<void>;
}

/** Starts a server; it ends with the test. */
export async function serve(
  reply: (request: Received, index: number) => Reply | Promise<Reply>,
): Promise<Served> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { url = '', headers } = request;
    const own = { path: url, headers, body: JSON.parse(Buffer.concat(chunks).toString()) };
    const answer = await reply(own, received.push(own) - 1);
    if (answer.hang === true) return;
    if (answer.drop === 'before') return void request.socket.destroy();
    const { body } = answer;
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    response.writeHead(answer.status ?? 200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...answer.headers,
    });
    if (answer.drop !== 'half') return void response.end(text);
    response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(() => close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/ask`, received, close };
}

/** Time that passes only when someone sleeps. */
export class HandClock implements Clock {
  now = 0;
  readonly slept: number[] = [];

  nowMs(): number {
    return this.now;
  }

  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    this.slept.push(durationMs);
    // Whoever may go on without waiting does so before time passes.
    await new Promise((resolve) => setImmediate(resolve));
    this.now += durationMs;
  }
}

/** A new folder that goes with the test. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'endpoint-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a description into a folder of its own. Gives its path. */
export async function describeEndpoint(
  members: Record<string, unknown>,
  folder?: string,
): Promise<string> {
  const path = join(folder ?? (await makeFolder()), 'judge.json');
  await writeFile(path, JSON.stringify(members));
  return path;
}

/** A chat completion with a text. */
export function chatAnswer(content: string, usage?: unknown): unknown {
  return { choices: [{ index: 0, message: { role: 'assistant', content } }], usage };
}

/** What an error must be. */
export function failing(code: string, message: RegExp, hint?: RegExp): unknown {
  return { asymmetricMatch: (error: unknown) => matches(error, code, message, hint) };
}

function matches(error: unknown, code: string, message: RegExp, hint?: RegExp): boolean {
  const got = error as { code?: string; message?: string; hint?: string };
  const isSame =
    got.code === code && message.test(got.message ?? '') && (hint?.test(got.hint ?? '') ?? true);
  if (!isSame) throw new Error(`got ${got.code}: ${got.message} (${got.hint})`);
  return true;
}
