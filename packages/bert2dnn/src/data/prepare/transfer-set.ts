// The transfer set: natural rows settled, pairs mined or texts augmented up to the wanted size, parts written.
// The steps in order; what a step does is in its own file.
import { join } from 'node:path';
import { writeAtomically } from '../../foundation/files.js';
import { sqlPath, sqlText } from '../duckdb.js';
import { augmentedSelect, augmentRows } from './augmented-rows.js';
import { BUCKET_ROWS } from './buckets.js';
import { type MadeBuckets, settleMadeRows } from './made-steps.js';
import { mineTransferPairs } from './mining-steps.js';
import {
  type SettledBucket,
  type SprayFigures,
  settledRelation,
  settleNatural,
  sprayNatural,
} from './natural-rows.js';
import type { Part } from './parts.js';
import { PREPARE_DEFAULTS } from './prepare-options.js';
import { type ListedQueries, listQueries } from './query-steps.js';
import { writeTransferParts } from './transfer-parts.js';
import { fieldColumns, type TransferSources, type TransferStage } from './transfer-sources.js';

/** What went into the transfer set and what did not. */
export interface TransferCounts {
  rows: number;
  /** Rows by where they came from: labelled, log, unlabelled, bm25, category, random, augmented. */
  byOrigin: Record<string, number>;
  /** Rows of the inputs (impressions of the log) that are in it; equal ones are one row. */
  naturalRows: number;
  /** Rows left out because a text is empty. */
  emptyRows: number;
  /** Rows left out because their query (or text) is one of dev or test, or nearly one. */
  heldOutRows: { equal: number; near: number };
  /** Rows left out because their query holds personal data. */
  personalRows: Record<string, number>;
  /** Real queries, pseudo-queries, and those that are held out. */
  queries?: ListedQueries['figures'];
  /** Items that queries were paired with. */
  items?: number;
  parts: Part[];
}

/** Natural rows in settled buckets. */
interface NaturalStep {
  folder: string;
  spray: SprayFigures;
  buckets: SettledBucket[];
}

/** Builds the transfer set into `out`: `transfer/`, and `queries.parquet` where there are queries. */
export async function buildTransferSet(
  stage: TransferStage,
  sources: TransferSources,
  out: string,
): Promise<TransferCounts> {
  const listed = await listQueries(stage, sources);
  const natural = await settleNaturalRows(stage, sources, listed?.figures.real ?? 0);
  const numNatural = natural.buckets.reduce((sum, each) => sum + each.labelled + each.others, 0);
  const mined = await mineTransferPairs(stage, sources, { natural, numNatural, listed });
  const made = mined ?? (await augmentTexts(stage, natural));
  const transferFolder = join(out, 'transfer');
  const parts = await writeTransferParts(await stage.engines.useSerial(), {
    fields: fieldColumns(stage),
    fieldNames: stage.fieldNames,
    natural,
    made,
    transferSize: stage.options.transferSize,
    partRows: stage.options.partRows ?? PREPARE_DEFAULTS.partRows,
    scratch: await stage.work.scratch('kept'),
    folder: transferFolder,
  });
  const queries = mined?.queries ?? listed;
  if (queries !== undefined) await writeQueries(stage, queries, join(out, 'queries.parquet'));
  return {
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    byOrigin: await countOrigins(stage, transferFolder, parts),
    naturalRows: natural.spray.kept,
    emptyRows: natural.spray.empty,
    heldOutRows: natural.spray.heldOut,
    personalRows: sumPersonal(sources),
    queries: queries?.figures,
    items: mined?.numItems,
    parts,
  };
}

async function settleNaturalRows(
  stage: TransferStage,
  sources: TransferSources,
  numRealQueries: number,
): Promise<NaturalStep> {
  const { work, engines, options } = stage;
  const fields = fieldColumns(stage);
  const { roles } = sources;
  // Buckets for the rows to come: a guess is enough, but it must follow from the inputs alone.
  const numMore =
    options.transferSize ?? (stage.inputs.catalogue === undefined ? 0 : 30 * numRealQueries);
  const sprayed = await work.step('natural-sprayed', async (folder) =>
    sprayNatural(await engines.useParallel(), {
      sources: [
        { origin: 'labelled', relation: sources.labelled },
        ...(['log', 'unlabelled'] as const).flatMap((origin) => {
          const role = roles[origin];
          return role === undefined ? [] : [{ origin, relation: role.relation }];
        }),
      ],
      banned: sources.banned,
      fields,
      numMore,
      bucketRows: options.bucketRows ?? BUCKET_ROWS,
      seed: options.seed ?? PREPARE_DEFAULTS.seed,
      folder,
    }),
  );
  const { numBuckets } = sprayed.figures;
  const settled = await work.step('natural', async (folder) =>
    settleNatural(await engines.useSerial(), {
      sprayed: sprayed.folder,
      numBuckets,
      fields,
      folder,
    }),
  );
  await work.empty(sprayed);
  const { kept, empty, heldOut } = sprayed.figures;
  stage.progress.note(
    `natural rows: ${kept}; left out: ${heldOut.equal} held out, ${heldOut.near} nearly held out, ${empty} empty`,
  );
  return { folder: settled.folder, spray: sprayed.figures, buckets: settled.figures };
}

/** Variants of the natural texts, where they are asked for. */
async function augmentTexts(stage: TransferStage, natural: NaturalStep): Promise<MadeBuckets> {
  const { work, engines, options, heldOut } = stage;
  const perText = options.augment ?? PREPARE_DEFAULTS.augment;
  if (perText === 0) return { folder: '', buckets: [] };
  const makeRows = async (): Promise<string> => {
    const folder = await work.scratch('augmented');
    await augmentRows(await engines.useParallel(), {
      relation: settledRelation(natural),
      field: fieldColumns(stage)[0],
      perText,
      heldOut,
      seed: options.seed ?? PREPARE_DEFAULTS.seed,
      folder,
    });
    return augmentedSelect(folder);
  };
  return settleMadeRows(stage, { name: 'augmented', natural, makeRows });
}

async function writeQueries(
  stage: TransferStage,
  { path }: ListedQueries,
  out: string,
): Promise<void> {
  const { first } = await stage.engines.useSerial();
  await writeAtomically(out, (temporaryPath) =>
    first.run(
      `COPY (SELECT query, origin, count, source FROM read_parquet(${sqlPath(path)}) ORDER BY position) ` +
        `TO ${sqlText(temporaryPath)} (FORMAT parquet, COMPRESSION zstd)`,
    ),
  );
}

async function countOrigins(
  stage: TransferStage,
  folder: string,
  parts: readonly Part[],
): Promise<Record<string, number>> {
  if (parts.length === 0) return {};
  const files = parts.map(({ file }) => sqlPath(join(folder, file))).join(', ');
  const rows = await (await stage.engines.useParallel()).rows(
    `SELECT origin, count(*)::DOUBLE FROM read_parquet([${files}]) GROUP BY origin ORDER BY origin`,
  );
  return Object.fromEntries(rows.map(([origin, count]) => [String(origin), Number(count)]));
}

function sumPersonal({ roles }: TransferSources): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const role of Object.values(roles)) {
    for (const [kind, count] of Object.entries(role.personal)) {
      sums[kind] = (sums[kind] ?? 0) + count;
    }
  }
  return sums;
}
