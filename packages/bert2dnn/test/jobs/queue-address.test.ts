// Queue URLs: what is read, what is refused, and that no password is ever shown.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hidePassword, parseQueueUrl } from '../../src/jobs/queue-address.js';

const NO_ENVIRONMENT = {};

describe('a queue URL', () => {
  it('has defaults for everything but the host', () => {
    expect(parseQueueUrl('redis://example', NO_ENVIRONMENT)).toEqual({
      host: 'example',
      port: 6379,
      database: 0,
      isEncrypted: false,
      prefix: 'bert2dnn',
      name: 'redis://example:6379/0?prefix=bert2dnn',
    });
  });

  it('may name all of it', () => {
    expect(parseQueueUrl('rediss://me:s%40crt@[::1]:7000/3?prefix=shop-a', NO_ENVIRONMENT)).toEqual(
      {
        host: '::1',
        port: 7000,
        username: 'me',
        password: 's@crt',
        database: 3,
        isEncrypted: true,
        prefix: 'shop-a',
        name: 'rediss://[::1]:7000/3?prefix=shop-a',
      },
    );
  });

  it('takes a password from the environment unless it has one', () => {
    const environment = { BERT2DNN_QUEUE_PASSWORD: 'outer' };
    expect(parseQueueUrl('redis://example', environment).password).toBe('outer');
    expect(parseQueueUrl('redis://:inner@example', environment).password).toBe('inner');
  });

  it.each([
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://host/name',
    'redis://host/0?prefix=a:b',
    'redis://host/0?prefixes=a',
    'redis://host:99999',
    '',
  ])('is not %j', (url) => {
    expect(() => parseQueueUrl(url, NO_ENVIRONMENT)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('--queue: got') }),
    );
  });

  it('never shows a password, right or wrong', () => {
    const secret = fc.stringMatching(/^[A-Z0-9:/?%@#]{6,20}$/).map((text) => `SECRET${text}`);
    fc.assert(
      fc.property(secret, fc.constantFrom('host', 'host:1', 'host/x', ''), (password, rest) => {
        const url = `redis://user:${password}@${rest}`;
        let shown: string;
        try {
          shown = parseQueueUrl(url, NO_ENVIRONMENT).name;
        } catch (error) {
          shown = String(error) + String((error as { hint?: string }).hint);
        }
        expect(shown).not.toContain('SECRET');
      }),
    );
    expect(hidePassword('redis://a:b@c:1')).toBe('redis://***@c:1');
  });
});
