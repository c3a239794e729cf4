// The door to Redis: is it there, does it let us in, is it new enough. Knows no jobs.
import { type Redis, Redis as RedisClient, type RedisOptions } from 'ioredis';
import { Bert2dnnError } from '../foundation/errors.js';
import { PASSWORD_VARIABLE, type QueueAddress } from './queue-address.js';

const CONNECT_TIMEOUT_MS = 5000;
const LONGEST_RETRY_MS = 5000;
const SILENCE_TIMEOUT_MS = 15_000;
const OLDEST_VERSION = [6, 2] as const;

/** How patient a connection is. */
export interface Patience {
  /** A connection on which an answer is due for so long is dead (half open) and made anew. Default 15,000. */
  silenceTimeoutMs?: number;
}

/** Seconds after which a worker that waits for a job asks anew, so that its silence is not taken for a dead connection. */
export function drainSeconds({ silenceTimeoutMs = SILENCE_TIMEOUT_MS }: Patience): number {
  return silenceTimeoutMs / 3000;
}

/** Options of a connection that comes back by itself; commands wait for it. */
export function lastingConnection(
  address: QueueAddress,
  patience: Patience = {},
): RedisOptions & { retryStrategy(attempt: number): number } {
  return {
    ...baseOptions(address),
    maxRetriesPerRequest: null,
    socketTimeout: patience.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(LONGEST_RETRY_MS, 50 * 2 ** Math.min(attempt, 10)),
  };
}

function baseOptions(address: QueueAddress): RedisOptions {
  const { host, port, username, password, database, isEncrypted } = address;
  return {
    host,
    port,
    username,
    password,
    db: database,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(isEncrypted ? { tls: { servername: host } } : {}),
  };
}

/**
 * Connects once, and says in the user's words why it does not go.
 * @returns prefixes of the queues called `queueName` that are there
 * @throws Bert2dnnError QUEUE_UNREACHABLE (nothing there), QUEUE_REFUSED (password, rights, version). No password in it.
 */
export async function checkRedis(address: QueueAddress, queueName: string): Promise<string[]> {
  const redis = new RedisClient({
    ...baseOptions(address),
    lazyConnect: true,
    // A connection that was refused would keep the process for 2 s.
    disconnectTimeout: 50,
    maxRetriesPerRequest: 0,
    commandTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: () => null,
  });
  // The connection's own error says more than the "Connection is closed" of the command that waited for it.
  let reason: unknown;
  redis.on('error', (error) => {
    reason ??= error;
  });
  try {
    await redis.connect();
    checkRedisVersion(await redis.info('server'), address.name);
    return await listPrefixes(redis, queueName);
  } catch (error) {
    throw error instanceof Bert2dnnError ? error : describeRedisError(address, reason ?? error);
  } finally {
    redis.disconnect();
  }
}

async function listPrefixes(redis: Redis, queueName: string): Promise<string[]> {
  const prefixes = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `*:${queueName}:meta`, 'COUNT', 1000);
    for (const key of keys) prefixes.add(key.slice(0, -`:${queueName}:meta`.length));
    cursor = next;
  } while (cursor !== '0');
  return [...prefixes].sort();
}

/**
 * Checks what `INFO server` says.
 * @throws Bert2dnnError QUEUE_REFUSED for a version below 6.2, or none.
 */
export function checkRedisVersion(info: string, name: string): void {
  const version = /^redis_version:(\S+)/m.exec(info)?.[1];
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_VERSION;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Bert2dnnError(
    'QUEUE_REFUSED',
    `${name}: got Redis ${version ?? 'of an unknown version'}, expected ${OLDEST_VERSION.join('.')} or newer`,
    { hint: 'Use a newer Redis or Valkey.' },
  );
}

/** A connection's error in the user's words. */
export function describeRedisError({ name }: QueueAddress, error: unknown): Bert2dnnError {
  const text = error instanceof Error ? error.message : String(error);
  const code = (error as NodeJS.ErrnoException).code;
  if (/WRONGPASS|NOAUTH|invalid (username-)?password|AUTH .*called without/i.test(text)) {
    return new Bert2dnnError('QUEUE_REFUSED', `${name}: Redis refused the user or the password`, {
      hint: `Give them in the URL, or the password in the variable ${PASSWORD_VARIABLE}.`,
      cause: error,
    });
  }
  if (/NOPERM/.test(text)) {
    return new Bert2dnnError('QUEUE_REFUSED', `${name}: the user may not do that (${text})`, {
      hint: 'The user needs all commands on the keys of the prefix, scripts and INFO.',
      cause: error,
    });
  }
  return new Bert2dnnError('QUEUE_UNREACHABLE', `${name}: no Redis answers (${code ?? text})`, {
    cause: error,
  });
}
