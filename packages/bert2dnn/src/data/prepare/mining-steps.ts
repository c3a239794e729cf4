// Steps that pair queries with items until the transfer set has the wanted size.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_MINING } from '../mining/mining-shares.js';
import { collectItems, type ItemSource, itemsPath } from './items.js';
import { type MadeBuckets, type NaturalBuckets, settleMadeRows } from './made-steps.js';
import { minedSelect, mineRows } from './mined-rows.js';
import { PREPARE_DEFAULTS } from './prepare-options.js';
import { addPseudoQueries, type ListedQueries } from './query-steps.js';
import {
  fieldColumns,
  queryColumn,
  type TransferSources,
  type TransferStage,
} from './transfer-sources.js';

/** Mined pairs of a query where no size of the transfer set is asked for, and where pseudo-queries are cut for one. */
const PAIRS_PER_QUERY = 30;

/** More are mined than wanted, for those that are natural rows already. */
const SURPLUS = 1.1;

/** Times that more pairs a query are tried when too many were known already. */
const MAX_ROUNDS = 4;

/** Mined rows in settled buckets. */
export interface MinedStep extends MadeBuckets {
  queries: ListedQueries;
  numItems: number;
}

/** Mines what is missing; `undefined` where there is no catalogue or nothing is missing. */
export async function mineTransferPairs(
  stage: TransferStage,
  sources: TransferSources,
  known: {
    natural: NaturalBuckets;
    numNatural: number;
    listed: ListedQueries | undefined;
  },
): Promise<MinedStep | undefined> {
  const { options, inputs } = stage;
  const { natural, numNatural, listed } = known;
  if (inputs.catalogue === undefined || listed === undefined) return undefined;
  const wanted = options.transferSize === undefined ? undefined : options.transferSize - numNatural;
  if (wanted !== undefined && wanted <= 0) return undefined;
  const items = await collectAllItems(stage, sources);
  const numPseudo =
    options.pseudoQueries ??
    Math.max(0, Math.ceil((SURPLUS * (wanted ?? 0)) / PAIRS_PER_QUERY) - listed.figures.real);
  const queries =
    numPseudo === 0
      ? listed
      : await addPseudoQueries(stage, { real: listed.real, count: numPseudo, items });
  const numQueries = queries.figures.real + queries.figures.pseudo;
  if (numQueries === 0) return undefined;
  const most = Math.min(
    options.maxPairsPerQuery ?? PREPARE_DEFAULTS.maxPairsPerQuery,
    items.numItems,
  );
  let pairsPerQuery = Math.min(
    most,
    wanted === undefined ? PAIRS_PER_QUERY : Math.ceil((SURPLUS * wanted) / numQueries),
  );
  for (let round = 1; ; round++) {
    const mined = await mineRound(stage, { natural, items, queries, numQueries, pairsPerQuery });
    const numMined = mined.buckets.reduce((sum, bucket) => sum + bucket.rows, 0);
    const isEnough = wanted === undefined || numMined >= wanted || pairsPerQuery === most;
    if (isEnough || round === MAX_ROUNDS) {
      noteMined(stage, numMined, wanted);
      return { ...mined, queries, numItems: items.numItems };
    }
    const growth = Math.max(1.25, (SURPLUS * wanted) / Math.max(1, numMined));
    pairsPerQuery = Math.min(most, Math.ceil(pairsPerQuery * Math.min(4, growth)));
  }
}

function noteMined(stage: TransferStage, numMined: number, wanted: number | undefined): void {
  const isShort = wanted !== undefined && numMined < wanted;
  stage.progress.note(
    `mined: ${numMined} new pairs${isShort ? `, ${wanted - numMined} fewer than wanted: more queries, items or --max-pairs-per-query would help` : ''}`,
  );
}

interface Items {
  path: string;
  numItems: number;
}

async function collectAllItems(stage: TransferStage, sources: TransferSources): Promise<Items> {
  const { work, engines, inputs } = stage;
  const query = queryColumn(stage);
  const { catalogue, log } = sources.roles;
  const extras = inputs.catalogue?.extras ?? [];
  const itemSources: ItemSource[] = [];
  if (catalogue !== undefined) {
    itemSources.push({ relation: catalogue.relation, extras, isCatalogue: true });
  }
  itemSources.push({ relation: sources.labelled, extras: [], isCatalogue: false });
  if (log !== undefined)
    itemSources.push({ relation: log.relation, extras: [], isCatalogue: false });
  const { folder, figures } = await work.step('items', async (into) =>
    collectItems(await engines.useParallel(), await engines.useSerial(), {
      sources: itemSources,
      fields: fieldColumns(stage).filter((name) => name !== query),
      extras,
      folder: into,
    }),
  );
  return { path: itemsPath(folder), numItems: figures.numItems };
}

async function mineRound(
  stage: TransferStage,
  round: {
    natural: NaturalBuckets;
    items: Items;
    queries: ListedQueries;
    numQueries: number;
    pairsPerQuery: number;
  },
): Promise<MadeBuckets> {
  const { work, engines, options, inputs } = stage;
  const { natural, items, queries, pairsPerQuery } = round;
  const fields = fieldColumns(stage);
  const query = queryColumn(stage) as string;
  const name = `mined-${pairsPerQuery}`;
  // Pieces of a killed run are kept: this folder is no step.
  const folder = join(work.path, `${name}-pairs`);
  const makeRows = async (): Promise<string> => {
    await mkdir(folder, { recursive: true });
    // Mining has memory of its own.
    engines.close();
    await mineRows({
      items: items.path,
      itemFields: fields.filter((field) => field !== query),
      category: inputs.catalogue?.extras.includes('category') ? 'category' : undefined,
      queries: queries.path,
      numQueries: round.numQueries,
      pairsPerQuery,
      shares: options.mining ?? DEFAULT_MINING,
      seed: options.seed ?? PREPARE_DEFAULTS.seed,
      threads: options.threads ?? 1,
      progress: stage.progress,
      folder,
    });
    return minedSelect({ folder, items: items.path, queries: queries.path, fields, query });
  };
  return settleMadeRows(stage, { name, natural, makeRows });
}
