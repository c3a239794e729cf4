// The verb `serve` on a teacher made elsewhere: its folder does not say its fields, so the user does.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SILENT } from '../../src/foundation/progress.js';
import { parseOptions } from '../../src/pipeline/options.js';
import { serveVerb } from '../../src/pipeline/verbs/serve.js';
import { loadTeacher } from '../../src/teacher/teacher.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));
const CONTEXT = { progress: SILENT, seed: 1, threads: 1, force: false };

async function ask(given: Record<string, unknown>, pair: Record<string, string>) {
  const values = parseOptions(serveVerb.options, { model: [TINY_BERT], port: 0, ...given });
  const server = await serveVerb.run(values, CONTEXT);
  try {
    const response = await fetch(`${server.url}/score`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(pair),
    });
    return { status: response.status, body: await response.json() };
  } finally {
    await server.close();
  }
}

describe('serve', () => {
  it('scores pairs with --fields as the teacher does', async () => {
    const pair = { query: 'the cat', title: 'dog 1 2' };
    const { status, body } = await ask({ fields: 'query,title' }, pair);
    expect(status).toBe(200);
    const teacher = await loadTeacher(TINY_BERT, { fields: ['query', 'title'] });
    const logits = await teacher.logits([[pair.query], [pair.title]]);
    await teacher.release();
    expect(JSON.stringify(body)).toContain(JSON.stringify(logits[0]));
  });

  it('reads single texts without it', async () => {
    expect((await ask({}, { text: 'the cat' })).status).toBe(200);
    const { status, body } = await ask({}, { query: 'a', title: 'b' });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('text');
  });
});
