// Steps that list the queries of a shop: the real ones, then as many pseudo-queries as mining needs.
import { PREPARE_DEFAULTS } from './prepare-options.js';
import {
  cutQueries,
  joinQueries,
  listRealQueries,
  type QuerySource,
  queriesPath,
} from './query-list.js';
import { fieldColumn } from './transfer-inputs.js';
import { queryColumn, type TransferSources, type TransferStage } from './transfer-sources.js';

/** Queries in a file, in order. */
export interface ListedQueries {
  path: string;
  /** The step that listed the real ones. */
  real: { folder: string; figures: { heldOut: number } };
  figures: {
    real: number;
    pseudo: number;
    /** Real queries that are held out, or nearly; they are in no list and get no pairs. */
    heldOut: number;
  };
}

/** Lists the real queries; `undefined` where the fields have none. */
export async function listQueries(
  stage: TransferStage,
  sources: TransferSources,
): Promise<ListedQueries | undefined> {
  const query = queryColumn(stage);
  if (query === undefined) return undefined;
  const { roles } = sources;
  const querySources: QuerySource[] = [{ origin: 'labelled', relation: sources.labelled, query }];
  for (const origin of ['log', 'queries'] as const) {
    const role = roles[origin];
    if (role !== undefined) querySources.push({ origin, relation: role.relation, query });
  }
  const real = await stage.work.step('queries-real', async (folder) =>
    listRealQueries(await stage.engines.useParallel(), await stage.engines.useSerial(), {
      sources: querySources,
      banned: sources.banned,
      folder,
    }),
  );
  return addPseudoQueries(stage, { real, count: 0 });
}

/** The real queries and `count` pseudo-queries cut from items. */
export async function addPseudoQueries(
  stage: TransferStage,
  options: {
    real: ListedQueries['real'];
    count: number;
    items?: { path: string; numItems: number };
  },
): Promise<ListedQueries> {
  const { work, engines, heldOut, inputs, fieldNames } = stage;
  const { real, count, items } = options;
  const seed = stage.options.seed ?? PREPARE_DEFAULTS.seed;
  const extras = inputs.catalogue?.extras ?? [];
  const has = (name: string): string | undefined => (extras.includes(name) ? name : undefined);
  const title = fieldNames.includes('title')
    ? 'title'
    : fieldNames.find((name) => name !== 'query');
  const cut = await work.step(`pseudo-${count}-cut`, async (folder) => {
    await cutQueries({
      items: items?.path ?? '',
      columns: {
        title: fieldColumn(fieldNames.indexOf(title ?? '')),
        brand: has('brand'),
        category: has('category'),
        attributes: extras.filter((name) => /^a\d+$/.test(name)),
      },
      numItems: items?.numItems ?? 0,
      count: items === undefined ? 0 : count,
      heldOut,
      seed,
      folder,
    });
    return {};
  });
  const joined = await work.step(`queries-${count}`, async (folder) =>
    joinQueries(await engines.useSerial(), {
      real: real.folder,
      cut: cut.folder,
      count,
      seed,
      folder,
    }),
  );
  return {
    path: queriesPath(joined.folder),
    real,
    figures: { ...joined.figures, heldOut: real.figures.heldOut },
  };
}
