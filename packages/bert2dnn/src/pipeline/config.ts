// The config of `run`: named stages, each a verb with its options; `@stage/file` names another stage's output.
// It is read and checked here; nothing is run.
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Bert2dnnError, findNearestName } from '../foundation/errors.js';
import { readJson } from '../foundation/files.js';
import { isStoreUri } from '../store/index.js';
import { type OptionTable, parseOptions } from './options.js';
import type { Verb } from './verb.js';

/** A checked config. */
export interface PipelineConfig {
  /** Folder in which each stage has a folder of its own. */
  out: string;
  seed: number;
  stages: PipelineStage[];
}

/** One stage, its options checked and its paths absolute. */
export interface PipelineStage {
  name: string;
  verb: Verb;
  options: Record<string, unknown>;
  /** Stages whose outputs it reads. */
  dependsOn: string[];
}

/** Words that stand for no path although their option is one. */
export const NOT_PATHS = new Set(['tiny']);

/**
 * Reads a config file. Paths in it are relative to its folder.
 * @throws Bert2dnnError CONFIG_INVALID that names the stage and the option.
 */
export async function readConfig(path: string, verbs: readonly Verb[]): Promise<PipelineConfig> {
  return parseConfig(await readJson(path), { path, folder: dirname(resolve(path)), verbs });
}

interface ConfigPlace {
  /** How the config is called in messages. */
  path: string;
  /** Folder that relative paths start from. */
  folder: string;
  verbs: readonly Verb[];
}

/** Checks a config that was read already. @throws Bert2dnnError CONFIG_INVALID. */
export function parseConfig(value: unknown, place: ConfigPlace): PipelineConfig {
  const config = expectObject(value, place.path);
  for (const key of Object.keys(config)) {
    if (!['$schema', 'out', 'seed', 'stages'].includes(key)) {
      throw invalid(`${place.path}: unknown member "${key}", expected out, seed, stages`);
    }
  }
  const { out = 'work', seed = 1 } = config;
  if (typeof out !== 'string')
    throw invalid(`${place.path}: out: got ${JSON.stringify(out)}, expected a folder`);
  if (!Number.isSafeInteger(seed))
    throw invalid(`${place.path}: seed: got ${JSON.stringify(seed)}, expected a whole number`);
  const root = resolve(place.folder, out);
  const stages: PipelineStage[] = [];
  for (const [name, stage] of Object.entries(
    expectObject(config.stages, `${place.path}: stages`),
  )) {
    stages.push(
      parseStage(name, stage, { ...place, root, earlier: stages.map((item) => item.name) }),
    );
  }
  if (stages.length === 0) throw invalid(`${place.path}: stages: empty, expected at least one`);
  return { out: root, seed: seed as number, stages };
}

interface StagePlace extends ConfigPlace {
  root: string;
  earlier: string[];
}

function parseStage(name: string, value: unknown, place: StagePlace): PipelineStage {
  const where = `${place.path}: stages.${name}`;
  if (!/^[a-z0-9][a-z0-9-]*$/i.test(name))
    throw invalid(`${where}: a stage's name is letters, digits and hyphens`);
  const { verb: verbName, ...given } = expectObject(value, where);
  const verb = place.verbs.find((candidate) => candidate.name === verbName);
  if (verb === undefined) {
    const names = place.verbs.map((candidate) => candidate.name);
    const nearest = typeof verbName === 'string' ? findNearestName(verbName, names) : undefined;
    throw invalid(
      `${where}.verb: got ${JSON.stringify(verbName) ?? 'nothing'}, expected one of ${names.join(', ')}`,
      nearest && `Did you mean ${nearest}?`,
    );
  }
  const dependsOn = new Set<string>();
  const resolved: Record<string, unknown> = { ...given };
  for (const option of Object.keys(given)) {
    if (verb.options[option]?.isPath !== true) continue;
    resolved[option] = mapTexts(given[option], (path) =>
      resolvePath(path, `${where}.${option}`, place, dependsOn),
    );
  }
  if ('out' in verb.options && resolved.out === undefined)
    resolved.out = verb.outIn(join(place.root, name));
  const options = parseStageOptions(verb.options, resolved, where);
  return { name, verb, options, dependsOn: [...dependsOn] };
}

function parseStageOptions(
  table: OptionTable,
  given: Record<string, unknown>,
  where: string,
): Record<string, unknown> {
  try {
    return parseOptions(table, given, (option) => `${where}.${option}`);
  } catch (error) {
    if (!(error instanceof Bert2dnnError) || error.code !== 'USAGE') throw error;
    throw invalid(error.message, error.hint);
  }
}

function resolvePath(
  path: string,
  where: string,
  place: StagePlace,
  dependsOn: Set<string>,
): string {
  if (NOT_PATHS.has(path)) return path;
  if (isStoreUri(path)) return path;
  if (!path.startsWith('@')) return isAbsolute(path) ? path : join(place.folder, path);
  const [stage, ...rest] = path.slice(1).split('/');
  if (!place.earlier.includes(stage)) {
    const nearest = findNearestName(stage, place.earlier);
    throw invalid(
      `${where}: "${path}" names no earlier stage, expected one of ${place.earlier.join(', ') || 'none yet'}`,
      nearest && `Did you mean @${nearest}?`,
    );
  }
  dependsOn.add(stage);
  return join(place.root, stage, ...rest);
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  return Array.isArray(value)
    ? value.map((item) => (typeof item === 'string' ? map(item) : item))
    : value;
}

function expectObject(value: unknown, where: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalid(`${where}: got ${JSON.stringify(value) ?? 'nothing'}, expected an object`);
  }
  return value as Record<string, unknown>;
}

function invalid(message: string, hint?: string): Bert2dnnError {
  return new Bert2dnnError('CONFIG_INVALID', message, { hint });
}
