// Descriptions: defaults, wrong members with the nearest name, prompts.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Bert2dnnError } from '../../../src/foundation/errors.js';
import {
  type ChatDescription,
  cacheFolderOf,
  checkDescription,
  readDescription,
} from '../../../src/teacher/endpoint/description.js';
import { createPrompt, DEFAULT_SCALE } from '../../../src/teacher/endpoint/judge-prompt.js';

const CHAT = { kind: 'chat', url: 'https://example.org/v1/chat/completions', model: 'm' };
const RERANK = { kind: 'rerank', url: 'http://127.0.0.1:1/rerank', model: 'm' };

function errorOf(value: unknown): Bert2dnnError {
  try {
    checkDescription(value, 'judge.json');
  } catch (error) {
    return error as Bert2dnnError;
  }
  throw new Error('nothing was thrown');
}

describe('checkDescription', () => {
  it('fills defaults in', () => {
    expect(checkDescription(CHAT, 'judge.json')).toMatchObject({
      fields: ['query', 'title'],
      answer: 'json',
      clip: 0.02,
      temperature: 0,
      seed: 1,
      budget: {},
      limits: { concurrency: 8, retries: 5, timeoutSeconds: 60 },
      maxFailedShare: 0.01,
    });
  });

  it.each([
    [{ ...CHAT, modle: 'x' }, /unknown member "modle"/, /Did you mean "model"\?/],
    [
      { ...CHAT, limits: { concurency: 2 } },
      /unknown member "limits\.concurency"/,
      /"concurrency"/,
    ],
    [{ ...CHAT, budget: { costs: 2 } }, /unknown member "budget\.costs"/, /"cost"/],
    [{ ...CHAT, prompt: { users: 'x' } }, /"prompt\.user"/, /./],
    [{ ...CHAT, kind: 'chatt' }, /"kind": got "chatt"/, /Did you mean "chat"/],
    [{ url: 'x' }, /"kind": got nothing/, /./],
    [null, /"kind": got nothing/, /./],
    [{ ...CHAT, url: 'example.org' }, /"url"/, /./],
    [{ ...CHAT, url: 'file:///etc/passwd' }, /"url"/, /./],
    [{ ...CHAT, budget: { cost: 1 } }, /"budget\.cost" needs "prices"/, /./],
    [{ ...CHAT, keyFrom: 'sk-abc def' }, /"keyFrom": must be the name of an environment/, /./],
    [{ ...RERANK, fields: ['query'] }, /"fields": got one/, /./],
    [{ ...RERANK, labels: ['a'] }, /unknown member "labels"/, /./],
    [{ ...RERANK, clip: 0.5 }, /"clip"/, /./],
  ])('refuses %j', (value, message, hint) => {
    const error = errorOf(value);
    expect(error.code).toBe('ENDPOINT_INVALID');
    expect(error.message).toMatch(/^judge\.json: /);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  it('never repeats a secret in an address', () => {
    const error = errorOf({ ...CHAT, url: 'https://me:secret@example.org/x' });
    expect(error.message).toMatch(/user or password/);
    expect(error.message).not.toMatch(/secret/);
  });

  it('puts the cache beside the description, or where it says', () => {
    const named = checkDescription({ ...CHAT, cache: '../answers' }, 'x');
    expect(cacheFolderOf('/teachers/judge.json', named)).toBe('/answers');
    expect(cacheFolderOf('/teachers/judge.json', checkDescription(CHAT, 'x'))).toBe(
      join('/teachers', 'judge.cache'),
    );
  });
});

describe('what is shipped to copy', () => {
  const root = new URL('../../../../../', import.meta.url);

  it('examples/judge.json has the default scale and is valid', async () => {
    const path = fileURLToPath(new URL('examples/judge.json', root));
    expect(await readDescription(path)).toMatchObject({ kind: 'chat', scale: DEFAULT_SCALE });
  });

  it('the descriptions of docs/http-teachers.md are valid, one of each kind', async () => {
    const text = await readFile(new URL('docs/http-teachers.md', root), 'utf8');
    const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) =>
      JSON.parse(json),
    );
    const kinds = blocks.map((block) => checkDescription(block, 'docs').kind);
    expect(kinds.sort()).toEqual(['chat', 'classify', 'rerank']);
  });
});

describe('createPrompt', () => {
  const promptOf = (members: object) =>
    createPrompt(checkDescription({ ...CHAT, ...members }, 'x') as ChatDescription, 'x');

  it('asks for the relevance of a title for a query by default', () => {
    const { grades, messagesOf } = promptOf({});
    expect(grades).toEqual([1, 2, 3, 4]);
    const [system, user] = messagesOf(['red shoe', 'Shoe, red']);
    expect(system.content).toMatch(/^1: irrelevant/m);
    expect(user.content).toBe('<query>red shoe</query>\n<title>Shoe, red</title>');
  });

  it('fills places once: braces in a text stay', () => {
    const { messagesOf } = promptOf({ prompt: { user: '{query}|{title}|{"a": 1}' } });
    expect(messagesOf(['{title} $& $1', '{query}'])).toEqual([
      { role: 'user', content: '{title} $& $1|{query}|{"a": 1}' },
    ]);
  });

  it('sorts the scale by number', () => {
    const { grades, messagesOf } = promptOf({
      scale: { '10': 'ten', '2': 'two', '-1': 'minus' },
      prompt: { user: '{scale} {query} {title}' },
    });
    expect(grades).toEqual([-1, 2, 10]);
    expect(messagesOf(['q', 't'])[0].content).toBe('-1: minus\n2: two\n10: ten q t');
  });

  it.each([
    [{ prompt: { user: '{query} {titel}' } }, /unknown place \{titel\}/],
    [{ prompt: { user: '{query}' } }, /the field "title" has no place/],
    [{ fields: ['text'] }, /unknown place \{query\}/],
    [{ scale: { '1': 'one' } }, /"scale"/],
    [{ scale: { '1': 'one', '1.0': 'same' } }, /"scale"/],
    [{ scale: { a: 'one', '2': 'two' } }, /"scale"/],
    [{ answer: 'logprobs', scale: { '1': 'one', '10': 'ten' } }, /one token/],
  ])('refuses %j', (members, message) => {
    expect(() => promptOf(members)).toThrow(message);
  });
});
