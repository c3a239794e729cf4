// Where a student comes from, as data: code version, settings, and every input by fingerprint.
import { basename } from 'node:path';
import type { ExampleSet } from '../data/index.js';
import { fingerprintFile, fingerprintJson, type Json } from '../foundation/fingerprint.js';
import { CODE_VERSION } from '../foundation/version.js';
import type { LabelFolder } from '../labels/label-folder.js';
import type { DistillOptions, DistillSettings } from './options.js';

/** Provenance of a student: `short` goes into the model, `long` with paths into the record beside it. */
export async function describeProvenance(
  options: DistillOptions,
  settings: DistillSettings,
  folder: LabelFolder | undefined,
): Promise<{ short: Json; long: { [key: string]: Json | undefined } }> {
  const describe = async (set: ExampleSet | undefined) =>
    set &&
    Promise.all(
      set.parts.map(async ({ path, numRows }) => ({
        path,
        fingerprint: await fingerprintFile(path),
        numRows,
      })),
    );
  const input = await describe(options.input);
  const labels = folder && {
    path: folder.path,
    fingerprint: fingerprintJson(folder.manifest as unknown as Json),
    temperature: folder.manifest.temperature,
    fittedTemperature: folder.manifest.fittedTemperature,
    teachers: folder.manifest.teachers,
  };
  const long = {
    codeVersion: CODE_VERSION,
    settings: settings as unknown as Json,
    input,
    labels,
    dev: await describe(options.dev),
  };
  const withoutFolders = (files: typeof input): Json =>
    files?.map(({ path, ...rest }) => ({ file: basename(path), ...rest })) ?? [];
  const short = {
    codeVersion: CODE_VERSION,
    settings: settings as unknown as Json,
    input: withoutFolders(input),
    labels: labels?.fingerprint,
    teachers: labels?.teachers.map(({ fingerprint }) => fingerprint),
  };
  return { short, long };
}
