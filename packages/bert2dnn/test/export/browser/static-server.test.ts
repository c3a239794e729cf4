import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StaticServer, serveFolder } from '../../../src/export/browser/static-server.js';

describe('serveFolder', () => {
  let folder: string;
  let server: StaticServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'static-'));
    await mkdir(join(folder, 'site'));
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await writeFile(join(folder, 'site/index.html'), '<p>page');
    await writeFile(join(folder, 'site/model.b2d'), new Uint8Array([1, 2, 3]));
    server = await serveFolder(join(folder, 'site'), 0);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A request whose path is sent as it stands; `fetch` would tidy it. */
  function ask(path: string, method = 'GET'): Promise<{ status?: number; body: string }> {
    const { port } = new URL(server.url);
    return new Promise((resolve, reject) => {
      request({ port, path, method, host: '127.0.0.1' }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode, body }));
      })
        .on('error', reject)
        .end();
    });
  }

  it('gives files with their types, and the page for the folder', async () => {
    expect(await ask('/')).toEqual({ status: 200, body: '<p>page' });
    expect(await ask('/model.b2d?v=1')).toEqual({ status: 200, body: '\u0001\u0002\u0003' });
    expect(await ask('/index.html', 'HEAD')).toEqual({ status: 200, body: '' });
    const { headers } = await fetch(`${server.url}model.b2d`);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-length')).toBe('3');
  });

  it('gives nothing above the folder, and takes nothing', async () => {
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/a/..%2f..%2fsecret.txt',
      '/%00',
      '/%zz',
      '/missing',
      '//secret.txt',
    ]) {
      expect(await ask(path), path).toMatchObject({ status: 404, body: 'not found\n' });
    }
    expect(await ask('/index.html', 'POST')).toMatchObject({ status: 405 });
  });

  it('says when a port is taken', async () => {
    const port = Number(new URL(server.url).port);
    await expect(serveFolder(folder, port)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(`port ${port}`),
    });
  });
});
