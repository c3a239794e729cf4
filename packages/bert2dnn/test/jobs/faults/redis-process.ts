// A real redis-server of a test: on a free port, with an append-only file in a temporary folder, killed and started again.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests with Redis are skipped, or `undefined` where there is one. */
export const REDIS_MISSING: string | undefined = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no redis-server on PATH (Debian: apt-get install redis-server)';
  }
})();

/** A running server. */
export class RedisProcess {
  readonly port: number;
  readonly #folder: string;
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;

  static async start(more: readonly string[] = []): Promise<RedisProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    const redis = new RedisProcess(await findFreePort(), folder, more);
    await redis.startAgain();
    return redis;
  }

  private constructor(port: number, folder: string, more: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#arguments = more;
  }

  /** Kills it as `kill -9` does; what it wrote to its append-only file stays. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await ended;
    this.#process = undefined;
  }

  /** Starts it on the same port and file, and waits until it answers. */
  async startAgain(): Promise<void> {
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder];
    const durability = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
    this.#process = spawn('redis-server', [...settings, ...durability, ...this.#arguments], {
      stdio: 'ignore',
    });
    for (let attempt = 0; attempt < 400; attempt++) {
      if (await answers(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`redis-server does not answer on port ${this.port}`);
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A port that nothing listens on now. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address() as { port: number };
      server.close(() => resolve(address.port));
    });
  });
}

/** Whether a PING is answered (a refusal for want of a password is an answer; LOADING is none). */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('data', (data) => end(/PONG|NOAUTH/.test(data.toString())));
    socket.once('error', () => end(false));
    socket.setTimeout(500, () => end(false));
  });
}
