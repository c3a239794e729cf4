// Runs the stages of a config in order: what is fresh is skipped, what was cut off is done again.
// A stage is fresh if its verb, options, inputs and output are the ones that its record names.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listInputFiles } from '../data/inputs.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson, writeJsonAtomically } from '../foundation/files.js';
import { fingerprintJson, fingerprintPath } from '../foundation/fingerprint.js';
import { CODE_VERSION } from '../foundation/version.js';
import { fingerprintStored, isStoreUri } from '../store/index.js';
import { NOT_PATHS, type PipelineConfig, type PipelineStage } from './config.js';
import { optionsAsJson } from './options.js';
import type { Context } from './verb.js';

/** What became of one stage. */
export interface StageOutcome {
  stage: string;
  verb: string;
  /** `fresh`: nothing to do. `done`: it ran now. */
  status: 'fresh' | 'done';
  /** Seconds that the stage took when it ran. */
  seconds: number;
  result: unknown;
}

interface StageRecord {
  fingerprint: string;
  output: string;
  seconds: number;
  result: unknown;
}

/**
 * Runs a config. Records live in `<out>/.stages/`.
 * @throws the error of the stage that failed; stages before it are kept.
 */
export async function runPipeline(
  config: PipelineConfig,
  context: Context,
): Promise<StageOutcome[]> {
  const outcomes: StageOutcome[] = [];
  for (const stage of config.stages) outcomes.push(await runStage(stage, config, context));
  return outcomes;
}

async function runStage(
  stage: PipelineStage,
  config: PipelineConfig,
  context: Context,
): Promise<StageOutcome> {
  const recordPath = join(config.out, '.stages', `${stage.name}.json`);
  const outputPath = outputOf(stage);
  const fingerprint = await fingerprintStage(stage, config.seed);
  const record = await readRecord(recordPath);
  const head = { stage: stage.name, verb: stage.verb.name };
  const isDone = !context.force && (await isFresh(record, fingerprint, outputPath));
  context.progress.note(`stage ${stage.name} (${stage.verb.name})${isDone ? ': fresh' : ''}`);
  if (isDone) {
    const { seconds, result } = record as StageRecord;
    return { ...head, status: 'fresh', seconds, result };
  }
  const startMs = performance.now();
  const result = await stage.verb.run(stage.options, {
    ...context,
    seed: config.seed,
    force: true,
  });
  const seconds = Math.round(performance.now() - startMs) / 1000;
  const output = outputPath === undefined ? '' : ((await fingerprintOutput(outputPath)) ?? '');
  await writeJsonAtomically(recordPath, {
    fingerprint,
    output,
    seconds,
    result,
  } satisfies StageRecord);
  return { ...head, status: 'done', seconds, result };
}

function outputOf(stage: PipelineStage): string | undefined {
  return typeof stage.options.out === 'string' ? stage.options.out : undefined;
}

async function fingerprintStage(stage: PipelineStage, seed: number): Promise<string> {
  const inputs: string[] = [];
  for (const path of stage.verb.inputs(stage.options)) {
    if (isStoreUri(path)) {
      inputs.push((await fingerprintStored(path)) ?? nothingStored(path));
      continue;
    }
    // A glob is no path yet; `listInputFiles` also says what is missing.
    const found = existsSync(path) ? [path] : await listInputFiles([path]);
    for (const file of found) inputs.push(await fingerprintPath(file));
  }
  return fingerprintJson({
    version: CODE_VERSION,
    verb: stage.verb.name,
    options: optionsAsJson(withoutPaths(stage)),
    inputs,
    seed,
  });
}

/** Paths are left out: what they hold is in the fingerprint already, and a moved folder stays fresh. */
function withoutPaths(stage: PipelineStage): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(stage.options).filter(([name, value]) => {
      return stage.verb.options[name]?.isPath !== true || NOT_PATHS.has(value as string);
    }),
  );
}

async function readRecord(path: string): Promise<StageRecord | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    return (await readJson(path)) as StageRecord;
  } catch {
    return undefined; // A record that cannot be read is no record: the stage runs again.
  }
}

async function isFresh(
  record: StageRecord | undefined,
  fingerprint: string,
  outputPath: string | undefined,
): Promise<boolean> {
  if (record?.fingerprint !== fingerprint) return false;
  if (outputPath === undefined) return true;
  const found = await fingerprintOutput(outputPath);
  return found !== undefined && found === record.output;
}

/** Of what is in place; `undefined` if nothing is. */
async function fingerprintOutput(path: string): Promise<string | undefined> {
  if (isStoreUri(path)) return fingerprintStored(path);
  return existsSync(path) ? fingerprintPath(path) : undefined;
}

function nothingStored(uri: string): never {
  throw new Bert2dnnError('FILE_MISSING', `${uri}: nothing is there`);
}
