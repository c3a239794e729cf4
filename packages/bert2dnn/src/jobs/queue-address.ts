// Where a queue is: a Redis URL read into its parts, and how it is named without its password. Connects to nothing.
import { Bert2dnnError } from '../foundation/errors.js';

/** A queue's place. */
export interface QueueAddress {
  host: string;
  port: number;
  username?: string;
  password?: string;
  /** Number of the Redis database. */
  database: number;
  /** Whether the connection is encrypted (`rediss:`). */
  isEncrypted: boolean;
  /** What the keys begin with: queues with other prefixes do not see each other. */
  prefix: string;
  /** The URL for people, without its password. */
  name: string;
}

/** The variable that a password may come from, so that it stands in no command line and no config. */
export const PASSWORD_VARIABLE = 'BERT2DNN_QUEUE_PASSWORD';

const EXPECTED = 'redis://[user:password@]host[:port][/database][?prefix=name]';

/**
 * Reads a queue's URL; `rediss:` encrypts. Without a password in it, that of `BERT2DNN_QUEUE_PASSWORD` is taken.
 * @throws Bert2dnnError USAGE for anything else; the message holds no password.
 */
export function parseQueueUrl(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    throw wrongUrl(hidePassword(text));
  }
  const database = /^\/?(\d*)$/.exec(url.pathname)?.[1];
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'prefix');
  const prefix = url.searchParams.get('prefix') ?? 'bert2dnn';
  if (database === undefined || unknown !== undefined || !/^[\w.-]+$/.test(prefix)) {
    throw wrongUrl(hidePassword(text));
  }
  const password = decodeURIComponent(url.password) || environment[PASSWORD_VARIABLE];
  const username = decodeURIComponent(url.username);
  const address = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 6379 : Number(url.port),
    database: Number(database),
    isEncrypted: url.protocol === 'rediss:',
    prefix,
  };
  return {
    ...address,
    ...(username === '' ? {} : { username }),
    ...(password === undefined || password === '' ? {} : { password }),
    name: `${url.protocol}//${url.hostname}:${address.port}/${address.database}?prefix=${prefix}`,
  };
}

function wrongUrl(shown: string): Bert2dnnError {
  return new Bert2dnnError('USAGE', `--queue: got "${shown}", expected ${EXPECTED}`, {
    hint: `For example redis://localhost:6379. A password may also be given by the variable ${PASSWORD_VARIABLE}.`,
  });
}

/** A URL with `***` in place of its password; whatever stands before an `@` counts as one. */
export function hidePassword(text: string): string {
  return text.replace(
    /^(\w+:\/\/)?(.*)@/,
    (_, scheme: string | undefined) => `${scheme ?? ''}***@`,
  );
}
