// What goes into the transfer set, in order: the labelled training rows, unlabelled rows, then pairs mined from queries
// and a catalogue until the wanted size is reached.
import { Bert2dnnError } from '../foundation/errors.js';
import type { Progress } from '../foundation/progress.js';
import { createRandom } from '../foundation/random.js';
import { type ExampleSet, openExamples, readExamples } from './examples.js';
import { listInputFiles } from './inputs.js';
import type { LabelledRow } from './labelled-rows.js';
import { cleanText, groupKey, textsKey } from './normalize.js';
import { type CatalogueItem, type MiningShares, PairMiner } from './pair-miner.js';
import { openTableFile, type TableFile } from './table-file.js';
import type { TransferWriter } from './transfer-writer.js';

/** Files of the transfer set, opened and checked. */
export interface TransferInputs {
  unlabelled?: ExampleSet;
  /** The unlabelled rows again, with clicks as labels. */
  clicks?: ExampleSet;
  /** Its fields are those beside the query; its group is the category. */
  catalogue?: ExampleSet;
  /** Its one field is the query. */
  queries?: ExampleSet;
}

/** Mined pairs of a query where no size of the transfer set is asked for. */
const DEFAULT_PAIRS_PER_QUERY = 30;

/**
 * Opens the inputs of the transfer set. A column is found as in the labelled files, else under its field's name.
 * @throws Bert2dnnError USAGE if there are queries without a catalogue or a catalogue for single texts.
 */
export async function openTransferInputs(
  options: {
    unlabelled?: readonly string[];
    catalogue?: readonly string[];
    queries?: readonly string[];
    category?: string;
    clicks?: string;
  },
  labelled: ExampleSet,
): Promise<TransferInputs> {
  const { unlabelled = [], catalogue = [], queries = [] } = options;
  const inputs: TransferInputs = {};
  if (unlabelled.length > 0) inputs.unlabelled = await openFields(unlabelled, labelled.fields);
  if (options.clicks !== undefined) {
    if (inputs.unlabelled === undefined) {
      throw new Bert2dnnError('USAGE', `clicks: got "${options.clicks}" and no unlabelled rows`, {
        hint: 'Give the query log with --unlabelled FILE.',
      });
    }
    const { fields, group } = inputs.unlabelled;
    const columns = {
      fields,
      group,
      label: options.clicks,
      labelRange: [0, 1] as [number, number],
    };
    inputs.clicks = await openExamples(unlabelled, columns, { label: true });
  }
  if (catalogue.length === 0 && queries.length === 0) return inputs;
  const { query, ...itemFields } = labelled.fields;
  if (query === undefined || Object.keys(itemFields).length === 0) {
    throw new Bert2dnnError(
      'USAGE',
      `a catalogue and queries make pairs, but the fields are ${Object.keys(labelled.fields).join(', ')}`,
      {
        hint: 'Name the fields of pairs with --fields query=COLUMN,title=COLUMN, or give --unlabelled texts.',
      },
    );
  }
  if (catalogue.length === 0) {
    throw new Bert2dnnError('USAGE', 'queries without a catalogue make no pairs', {
      hint: 'Give the items with --catalogue FILE.',
    });
  }
  inputs.catalogue = await openFields(catalogue, itemFields, options.category ?? 'category', {
    isGroupRequired: options.category !== undefined,
  });
  if (queries.length > 0) inputs.queries = await openFields(queries, { query });
  return inputs;
}

async function openFields(
  paths: readonly string[],
  fields: Record<string, string>,
  group?: string,
  more: { isGroupRequired: boolean } = { isGroupRequired: false },
): Promise<ExampleSet> {
  const tables: TableFile[] = [];
  for (const file of await listInputFiles(paths)) tables.push(await openTableFile(file));
  const has = (column: string): boolean => tables.every((table) => table.columns.includes(column));
  const found = Object.fromEntries(
    Object.entries(fields).map(([field, column]) => [
      field,
      !has(column) && has(field) ? field : column,
    ]),
  );
  const hasGroup = group !== undefined && (more.isGroupRequired || has(group));
  return openExamples(paths, { fields: found, group: hasGroup ? group : undefined });
}

/** Fills the transfer set. */
export async function fillTransferSet(
  writer: TransferWriter,
  inputs: TransferInputs,
  options: {
    train: readonly LabelledRow[];
    fields: readonly string[];
    transferSize: number | undefined;
    mining: MiningShares | undefined;
    maxPairsPerQuery: number;
    seed: number;
    progress: Progress;
  },
): Promise<void> {
  for (const row of options.train) await writer.add({ ...row, origin: 'labelled' });
  if (inputs.unlabelled !== undefined) {
    await addUnlabelled(writer, inputs.unlabelled, options);
  }
  if (inputs.catalogue !== undefined) {
    const items = await readCatalogue(inputs.catalogue);
    const queries = await readQueries(inputs.queries, options);
    await addMined(writer, { items, queries }, options);
  }
  const { rows, heldOutRemoved, duplicatesDropped } = writer.counts;
  options.progress.note(
    `transfer set: ${rows} rows; left out: ${heldOutRemoved} held out, ${duplicatesDropped} duplicates`,
  );
}

/** All unlabelled rows; if they are more than wanted, a seeded sample of exactly as many as are missing, in order. */
async function addUnlabelled(
  writer: TransferWriter,
  set: ExampleSet,
  options: { transferSize: number | undefined; seed: number; progress: Progress },
): Promise<void> {
  const task = options.progress.start('unlabelled', set.numRows);
  const random = createRandom(options.seed, 'unlabelled');
  const wanted = options.transferSize ?? Number.POSITIVE_INFINITY;
  let numLeft = set.numRows;
  for await (const batch of readExamples(set)) {
    for (let row = 0; row < batch.numRows; row++, numLeft--) {
      // Selection sampling: a row is taken with the chance missing / left, so just enough are. Knuth, TAOCP 2, 3.4.2.
      const missing = wanted - writer.counts.rows;
      if (missing < numLeft && random.next() * numLeft >= missing) continue;
      const texts = batch.fields.map((field) => cleanText(field[row]));
      const group = groupKey(batch.groups?.[row] ?? texts.join(' '));
      await writer.add({ texts, group, origin: 'unlabelled' });
    }
    task.advance(batch.numRows);
  }
  task.done();
}

async function readCatalogue(set: ExampleSet): Promise<CatalogueItem[]> {
  const items = new Map<string, CatalogueItem>();
  for await (const batch of readExamples(set)) {
    for (let row = 0; row < batch.numRows; row++) {
      const texts = batch.fields.map((field) => cleanText(field[row]));
      if (texts.some((text) => text === '')) continue;
      const key = textsKey(texts);
      if (!items.has(key))
        items.set(key, { texts, category: cleanText(batch.groups?.[row] ?? '') });
    }
  }
  return [...items.values()];
}

/** Queries of the training rows, then those of the files, each once, in order of appearance. */
async function readQueries(
  set: ExampleSet | undefined,
  { train, fields }: { train: readonly LabelledRow[]; fields: readonly string[] },
): Promise<string[]> {
  const queryField = fields.indexOf('query');
  const queries = new Map<string, string>();
  const add = (query: string): void => {
    const key = groupKey(query);
    if (key !== '' && !queries.has(key)) queries.set(key, query);
  };
  for (const row of train) add(row.texts[queryField]);
  if (set !== undefined) {
    for await (const batch of readExamples(set)) {
      for (const query of batch.fields[0]) add(cleanText(query));
    }
  }
  return [...queries.values()];
}

async function addMined(
  writer: TransferWriter,
  { items, queries }: { items: CatalogueItem[]; queries: string[] },
  options: {
    fields: readonly string[];
    transferSize: number | undefined;
    mining: MiningShares | undefined;
    maxPairsPerQuery: number;
    seed: number;
    progress: Progress;
  },
): Promise<void> {
  const allowed = queries.filter((query) => writer.allows(query));
  writer.counts.heldOutQueries = queries.length - allowed.length;
  const missing =
    options.transferSize === undefined
      ? allowed.length * Math.min(DEFAULT_PAIRS_PER_QUERY, options.maxPairsPerQuery)
      : Math.max(0, options.transferSize - writer.counts.rows);
  if (missing === 0) return;
  const miner = new PairMiner(items, { seed: options.seed, shares: options.mining });
  const task = options.progress.start('mine', missing, 'pairs');
  const queryField = options.fields.indexOf('query');
  let numLeft = missing;
  for (const [position, query] of allowed.entries()) {
    // What duplicates cost an earlier query, the later ones make up for.
    const share = Math.ceil(numLeft / (allowed.length - position));
    const count = Math.min(share, options.maxPairsPerQuery);
    let numAdded = 0;
    for (const { item, origin } of miner.mine(query, count)) {
      const texts = [...item.texts];
      texts.splice(queryField, 0, query);
      if (await writer.add({ texts, group: groupKey(query), origin })) numAdded++;
    }
    numLeft -= numAdded;
    task.advance(numAdded);
    if (numLeft <= 0) break;
  }
  task.done();
}
