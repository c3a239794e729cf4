// Where a student comes from, as data: code version, settings, and every input by fingerprint.
import { basename } from 'node:path';
import type { ExampleSet } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintFile, fingerprintJson, type Json } from '../foundation/fingerprint.js';
import { CODE_VERSION } from '../foundation/version.js';
import type { LabelFolder } from '../labels/label-folder.js';
import type { DistillSettings } from './options.js';

/** The files of a set with their fingerprints. */
export type SetFiles = { path: string; fingerprint: string; numRows: number }[];

/** Reads every file once. @throws Bert2dnnError FILE_MISSING for one that vanished since it was opened. */
export async function fingerprintSet({ parts }: ExampleSet): Promise<SetFiles> {
  const files: SetFiles = [];
  for (const { path, numRows } of parts) {
    const fingerprint = await fingerprintFile(path).catch((cause) => {
      throw new Bert2dnnError('FILE_MISSING', `${path}: cannot be read any more`, {
        hint: 'The file was there when the command began. Put it back, and run the same command again.',
        cause,
      });
    });
    files.push({ path, fingerprint, numRows });
  }
  return files;
}

/** What a training depends on: its settings and every input by fingerprint. */
export interface TrainingInputs {
  settings: DistillSettings;
  input: SetFiles;
  dev: SetFiles | undefined;
  labels: LabelFolder | undefined;
  devLabels: LabelFolder | undefined;
  /** The student that it went on from, by path and fingerprint. */
  start: { path: string; fingerprint: string } | undefined;
}

/** Provenance of a student: `short` goes into the model, `long` with paths into the record beside it. */
export function describeProvenance(inputs: TrainingInputs): {
  short: Json;
  long: { [key: string]: Json | undefined };
} {
  const { input, dev, labels: folder, start } = inputs;
  // How fast it was, and what a broken off run needs, is no part of what it is.
  const { checkpointSeconds: _, threads: __, ...settings } = inputs.settings;
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
    dev,
    start,
  };
  const withoutFolders = (files: SetFiles): Json =>
    files.map(({ path, ...rest }) => ({ file: basename(path), ...rest }));
  const short = {
    codeVersion: CODE_VERSION,
    settings: settings as unknown as Json,
    input: withoutFolders(input),
    labels: labels?.fingerprint,
    teachers: labels?.teachers.map(({ fingerprint }) => fingerprint),
    start: start?.fingerprint,
  };
  return { short, long };
}
