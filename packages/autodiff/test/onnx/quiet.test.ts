// What a session leaves on the machine: nothing. ONNX Runtime's own reports of its use are off.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const CHILD = fileURLToPath(new URL('./quiet-child.mjs', import.meta.url));

/** Files that a session leaves in an empty home and an empty temporary folder. */
async function leftBy(environment: Record<string, string>): Promise<string[]> {
  const place = await mkdtemp(join(tmpdir(), 'bert2dnn-quiet-'));
  try {
    const { ORT_DISABLE_TELEMETRY: _, ...inherited } = process.env;
    const env = { ...inherited, HOME: place, TMPDIR: place, XDG_CACHE_HOME: place, ...environment };
    await promisify(execFile)(process.execPath, [CHILD], { env });
    return (await readdir(place, { recursive: true })).sort();
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

describe('a session', () => {
  it('leaves nothing behind', async () => {
    expect(await leftBy({})).toEqual([]);
  });
});
