// A folder of outputs on this machine, or on a disk that machines share.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeFileAtomically } from '../foundation/files.js';
import { sha256OfFile } from '../foundation/fingerprint.js';
import type { OutputFolder, PlacedFile } from './output-folder.js';

/** A folder by its path; it need not be there yet. */
export class LocalFolder implements OutputFolder {
  constructor(readonly name: string) {}

  async list(): Promise<Set<string>> {
    return new Set(await readdir(this.name).catch(() => []));
  }

  /** `write` itself puts the file there atomically. */
  async put(name: string, write: (path: string) => Promise<void>): Promise<PlacedFile> {
    const path = join(this.name, name);
    await write(path);
    return { sha256: await sha256OfFile(path) };
  }

  putText(name: string, text: string): Promise<void> {
    return writeFileAtomically(join(this.name, name), text);
  }

  async holds(name: string, { sha256 }: PlacedFile): Promise<boolean> {
    return sha256OfFile(join(this.name, name)).then(
      (found) => found === sha256,
      () => false,
    );
  }

  readJson(name: string): Promise<unknown> {
    return readJson(join(this.name, name));
  }

  async pathOf(name: string): Promise<string> {
    return join(this.name, name);
  }

  remove(name: string): Promise<void> {
    return rm(join(this.name, name), { force: true });
  }

  close(): void {}
}
