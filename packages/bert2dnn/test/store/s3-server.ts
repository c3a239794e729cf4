// A real S3 server for tests: the package s3rver in a process of its own, with its files in a folder.
// The fork @20minutes/s3rver, because s3rver 3.7.1 stands on koa-router 9 and fast-xml-parser 3; version 5 wants Node 24.
// It knows key ids, ETags and ranges; it compares no signatures, no checksums and no If-Match.
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ObjectStore } from '../../src/store/object-store.js';
import { openS3 } from '../../src/store/s3.js';

const CHILD = fileURLToPath(new URL('./s3-server-child.mjs', import.meta.url));

/** The bucket that is there. */
export const BUCKET = 'shop-data';

/** A server that runs. */
export class S3Server {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
  }

  static async start(): Promise<S3Server> {
    const folder = await mkdtemp(join(tmpdir(), 's3-server-'));
    const child = fork(CHILD, [folder, BUCKET], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      // Its tokens of the next page are made with Blowfish.
      execArgv: ['--openssl-legacy-provider'],
    });
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout?.once('data', (text: Buffer) => resolve(Number(text.toString())));
      child.once('exit', (code) => reject(new Error(`the S3 server ended with status ${code}`)));
    });
    return new S3Server(child, folder, port);
  }

  /** What a process needs to reach it, or a proxy before it. No retries but few: a test that fails should fail soon. */
  environment(cache: string, port: number = this.port): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      AWS_MAX_ATTEMPTS: '6',
      BERT2DNN_CACHE: cache,
    };
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Sets variables of this process; gives what sets them back. */
export function setEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/** Opens the bucket with the variables of this process. */
export function openBucket(): ObjectStore {
  return openS3(BUCKET);
}

/** Puts an object. */
export async function putObject(store: ObjectStore, key: string, content: Uint8Array | string) {
  const bytes = Buffer.from(content);
  return store.put(key, { bytes, sha256: createHash('sha256').update(bytes).digest('hex') });
}
