// Where a trained model comes from, as its bert2dnn.json and its card say it: no folder of this machine is named.
import { basename, resolve } from 'node:path';
import type { ExampleSet } from '../data/index.js';
import { fingerprintFile } from '../foundation/fingerprint.js';
import type { ModelProvenance, SourceFile } from './folder-extra.js';

/** What a model was trained from. */
export interface ProvenanceSources {
  /** Folder that the training started from, or `tiny`. */
  base: string;
  train: ExampleSet;
  /** Absent where rows of `train` were held out. */
  dev?: ExampleSet;
}

/** Names, rows and fingerprints of the sources. Reads the files once more. */
export async function describeProvenance({
  base,
  train,
  dev,
}: ProvenanceSources): Promise<ModelProvenance> {
  return {
    base: base === 'tiny' ? base : basename(resolve(base)),
    train: await describeFiles(train),
    dev: dev === undefined ? [] : await describeFiles(dev),
  };
}

async function describeFiles({ parts }: ExampleSet): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const { path, numRows } of parts) {
    files.push({ file: basename(path), numRows, fingerprint: await fingerprintFile(path) });
  }
  return files;
}
