// The folder of soft labels: its manifest, and reading labels for a set of examples. `stack` writes it.
import { join } from 'node:path';
import { type ExampleSet, readTable } from '../data/index.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson } from '../foundation/files.js';
import { fingerprintFile } from '../foundation/fingerprint.js';
import { checkRows, type ScoredInput } from './score-folder.js';

export const LABELS_FORMAT = 'bert2dnn-labels';
export const LABELS_VERSION = 1;

/** What `manifest.json` of a soft-labels folder says. */
export interface LabelsManifest {
  format: typeof LABELS_FORMAT;
  version: typeof LABELS_VERSION;
  /** T of `sigmoid(margin / T)`. */
  temperature: number;
  /** The T that makes probabilities true, where labelled examples were there to fit it. */
  fittedTemperature?: number;
  numRows: number;
  /** 1 (a margin) or the number of classes. */
  numOutputs: number;
  /** Rows without a label, because a teacher failed on them; absent where there are none. */
  numUnlabelled?: number;
  inputs: ScoredInput[];
  teachers: { path: string; fingerprint: string }[];
  shards: { file: string; start: number; numRows: number; fingerprint: string }[];
}

/** A folder of soft labels. */
export interface LabelFolder {
  path: string;
  manifest: LabelsManifest;
}

/** Names of the label columns: `label`, or `label_0` .. for classes. */
export function labelColumns(numOutputs: number): string[] {
  if (numOutputs === 1) return ['label'];
  return Array.from({ length: numOutputs }, (_, index) => `label_${index}`);
}

/**
 * Factor from a student's logit to the logit of a true probability: the student learns margin / T, and the true
 * probability is sigmoid(margin / fitted T), or sigmoid(margin) as the teacher says if nothing was fitted.
 */
export function calibrationTemperature(manifest: LabelsManifest): number {
  return manifest.temperature / (manifest.fittedTemperature ?? 1);
}

/** Opens a soft-labels folder. @throws Bert2dnnError FILE_MISSING, FILE_FORMAT, FILE_CORRUPT. */
export async function openLabelFolder(path: string): Promise<LabelFolder> {
  const manifestPath = join(path, 'manifest.json');
  const manifest = (await readJson(manifestPath)) as Partial<LabelsManifest> | null;
  if (manifest?.format !== LABELS_FORMAT || manifest.version !== LABELS_VERSION) {
    throw new Bert2dnnError(
      'FILE_FORMAT',
      `${manifestPath}: got ${manifest?.format ?? 'no format'} version ${manifest?.version}, expected ${LABELS_FORMAT} version ${LABELS_VERSION}`,
      { hint: 'Give --labels the --out folder of `stack`.' },
    );
  }
  const hasFigures = [manifest.temperature, manifest.numRows, manifest.numOutputs].every(
    (value) => typeof value === 'number' && value > 0,
  );
  if (!hasFigures || !Array.isArray(manifest.inputs) || !Array.isArray(manifest.shards)) {
    throw new Bert2dnnError(
      'FILE_CORRUPT',
      `${manifestPath}: lacks temperature, numRows, numOutputs, inputs or shards`,
    );
  }
  return { path, manifest: manifest as LabelsManifest };
}

/** Where the examples of one file have their labels. */
interface LabelSegment {
  start: number;
  count: number;
}

/** Soft labels of a set of examples, in its order; NaN for a row that has none. */
export interface SoftLabels {
  /** [N, C] in 0..1. */
  labels: Float32Array;
  /** [N] for one output: margin / T, what the student's logit should be. */
  targetLogits?: Float32Array;
}

/**
 * Reads the soft labels of a set of examples. Each file of the set must be one of the files that were scored, the same
 * bytes; the set may leave some out or have them in another order.
 * @throws Bert2dnnError SCORES_MISMATCH, LABEL_INVALID for a label outside 0..1 or, where every row has one, NaN, FILE_MISSING,
 * FILE_CORRUPT for a shard that is not what `stack` wrote.
 */
export async function readSoftLabels(folder: LabelFolder, set: ExampleSet): Promise<SoftLabels> {
  const { numOutputs } = folder.manifest;
  const segments = await findSegments(folder, set);
  await checkShards(folder);
  const soft: SoftLabels = { labels: new Float32Array(set.numRows * numOutputs) };
  if (numOutputs === 1) soft.targetLogits = new Float32Array(set.numRows);
  let position = 0;
  for (const segment of segments) {
    await readSegment(folder, segment, soft, position);
    position += segment.count;
  }
  return soft;
}

async function findSegments(folder: LabelFolder, set: ExampleSet): Promise<LabelSegment[]> {
  const { inputs } = folder.manifest;
  const starts = new Map<string, number>();
  let next = 0;
  for (const { fingerprint, numRows } of inputs) {
    if (!starts.has(fingerprint)) starts.set(fingerprint, next);
    next += numRows;
  }
  const segments: LabelSegment[] = [];
  for (const { path, numRows } of set.parts) {
    const fingerprint = await fingerprintFile(path);
    const start = starts.get(fingerprint);
    const scored = inputs.find((input) => input.fingerprint === fingerprint);
    if (start === undefined || scored?.numRows !== numRows) {
      throw new Bert2dnnError(
        'SCORES_MISMATCH',
        `${folder.path}: has no labels for ${path} (fingerprint ${fingerprint}, ${numRows} rows); it was made for ${inputs.map((input) => `${input.path} (${input.fingerprint})`).join(', ')}`,
        { hint: 'Give distill the same --input files as score; score them again if they changed.' },
      );
    }
    segments.push({ start, count: numRows });
  }
  return segments;
}

async function checkShards({ path, manifest }: LabelFolder): Promise<void> {
  for (const shard of manifest.shards) {
    const file = join(path, shard.file);
    const fingerprint = await fingerprintFile(file).catch((cause) => {
      throw new Bert2dnnError('FILE_MISSING', `${file}: the soft labels are gone`, {
        hint: 'Run `stack` again.',
        cause,
      });
    });
    if (fingerprint === shard.fingerprint) continue;
    throw new Bert2dnnError(
      'FILE_CORRUPT',
      `${file}: fingerprint is ${fingerprint}, expected ${shard.fingerprint} as in the manifest`,
      { hint: 'The file was changed. Run `stack` again.' },
    );
  }
}

async function readSegment(
  { path, manifest }: LabelFolder,
  segment: LabelSegment,
  soft: SoftLabels,
  position: number,
): Promise<void> {
  const { numOutputs, temperature } = manifest;
  const files = manifest.shards.map((shard) => join(path, shard.file));
  const columns = ['row', ...(numOutputs === 1 ? ['margin'] : []), ...labelColumns(numOutputs)];
  let numRead = 0;
  for await (const batch of readTable(files, { numbers: columns, ...segment })) {
    const [rows, ...rest] = batch.numbers;
    checkRows(path, rows, segment.start + numRead);
    if (soft.targetLogits !== undefined) {
      copyTargetLogits(soft.targetLogits, rest.shift()!, temperature, position + numRead);
    }
    copyLabels(path, soft.labels, rest, {
      rows,
      position: position + numRead,
      mayBeAbsent: manifest.numUnlabelled !== undefined,
    });
    numRead += batch.numRows;
  }
  if (numRead === segment.count) return;
  throw new Bert2dnnError(
    'SCORES_MISMATCH',
    `${path}: got ${numRead} soft labels from row ${segment.start} on, expected ${segment.count}`,
    { hint: 'Run `stack` again.' },
  );
}

function copyTargetLogits(
  out: Float32Array,
  margins: Float64Array,
  temperature: number,
  position: number,
): void {
  for (let row = 0; row < margins.length; row++) out[position + row] = margins[row] / temperature;
}

function copyLabels(
  path: string,
  out: Float32Array,
  columns: Float64Array[],
  { rows, position, mayBeAbsent }: { rows: Float64Array; position: number; mayBeAbsent: boolean },
): void {
  const numOutputs = columns.length;
  columns.forEach((labels, column) => {
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row];
      const isAbsent = mayBeAbsent && Number.isNaN(label);
      if (!(label >= 0 && label <= 1) && !isAbsent) {
        throw new Bert2dnnError(
          'LABEL_INVALID',
          `${path}: row ${rows[row]}: soft label must be 0..1, got ${label}`,
          { hint: 'Run `stack` again; if it stays, look at the scores of that row.' },
        );
      }
      out[(position + row) * numOutputs + column] = label;
    }
  });
}
