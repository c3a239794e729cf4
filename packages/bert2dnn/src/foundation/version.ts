// The version of the code, part of every fingerprint: what another version wrote is made again.
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {
  version: string;
};

/** The version in package.json. */
export const CODE_VERSION: string = manifest.version;
