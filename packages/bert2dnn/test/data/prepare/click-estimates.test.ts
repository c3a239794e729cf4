// Clicks as a weak label, through prepare: against a naive twin that cleans, leaves out and sums with Maps.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCleaner, type PrepareOptions, prepare, readTable } from '../../../src/data/index.js';
import { estimateExamination } from '../../../src/data/log/examination.js';
import { put, temporaryFolder } from '../files.js';
import {
  cleanNaively,
  countNaively,
  generateLog,
  logAsTsv,
  QUERIES,
  TITLES,
} from './generated-log.js';

const folder = await temporaryFolder();
const log = generateLog(3);
const BOT_IMPRESSIONS = 300;
/** Sums of examined impressions are multiples of its inverse. */
const FIXED = 1_048_576;
const MAX_POSITION = 50;

const labelled = await put(
  folder,
  'labelled.csv',
  [
    'query,title,label',
    ...QUERIES.flatMap((query, index) =>
      [0, 1, 2].map((step) => `${query},${TITLES[(index + step) % 60]},${(index + step) % 2}`),
    ),
  ].join('\n'),
);
const logPath = await put(folder, 'log.tsv', logAsTsv(log));

function run(out: string, more: Partial<PrepareOptions> = {}) {
  return prepare({
    labelled: [labelled],
    log: [logPath],
    botImpressions: BOT_IMPRESSIONS,
    out: join(folder, out),
    ...more,
  });
}

interface Estimate {
  label: number;
  count: number;
  clicks: number;
  purchases: number;
  examined: number;
  group: string;
}

async function readEstimates(out: string): Promise<Map<string, Estimate>> {
  const estimates = new Map<string, Estimate>();
  const texts = ['query', 'title', 'group', 'origin'];
  const numbers = ['label', 'count', 'clicks', 'purchases', 'examined'];
  for await (const batch of readTable(join(folder, out, 'clicks'), { texts, numbers })) {
    const [queries, titles, groups, origins] = batch.texts;
    for (let row = 0; row < batch.numRows; row++) {
      expect(origins[row]).toBe('log');
      const [label, count, clicks, purchases, examined] = batch.numbers.map(
        (values) => values[row],
      );
      const key = JSON.stringify([queries[row], titles[row]]);
      expect(estimates.has(key)).toBe(false);
      estimates.set(key, { label, count, clicks, purchases, examined, group: groups[row] });
    }
  }
  return estimates;
}

interface PairSums {
  weight: number;
  clicks: number;
  purchases: number;
  /** [impressions, clicks] by position; 0: unknown. */
  positions: Map<number, [number, number]>;
}

/** Sums by pair of what is neither held out nor empty. */
function sumPairs(heldOut: ReadonlySet<string>, clean: (text: string) => string) {
  const { impressions } = countNaively(log, { impressions: BOT_IMPRESSIONS });
  const pairs = new Map<string, PairSums>();
  for (const { texts, key, position, ...sums } of cleanNaively(impressions, clean)) {
    if (texts.includes('') || heldOut.has(key)) continue;
    const name = JSON.stringify(texts);
    const pair = pairs.get(name) ?? { weight: 0, clicks: 0, purchases: 0, positions: new Map() };
    pair.weight += sums.weight;
    pair.clicks += sums.clicks;
    pair.purchases += sums.purchases;
    const place = Math.min(position, MAX_POSITION);
    const [numShown, numClicked] = pair.positions.get(place) ?? [0, 0];
    pair.positions.set(place, [numShown + sums.weight, numClicked + sums.clicks]);
    pairs.set(name, pair);
  }
  return pairs;
}

/** Examination from pairs that were shown at two positions, as `estimateExamination` defines its sums. */
function examine(pairs: ReadonlyMap<string, PairSums>): Float64Array {
  const contrasts = new Map<string, Parameters<typeof estimateExamination>[0][number]>();
  let maxPosition = 0;
  for (const { positions } of pairs.values()) {
    maxPosition = Math.max(maxPosition, ...positions.keys());
    for (const [low, [numLow, clicksLow]] of positions) {
      for (const [high, [numHigh, clicksHigh]] of positions) {
        if (low === 0 || low >= high) continue;
        const key = `${low}-${high}`;
        const known = contrasts.get(key) ?? {
          ...{ low, high, lowSum: 0, highSum: 0, lowClicks: 0, highClicks: 0 },
        };
        contrasts.set(key, {
          ...known,
          lowSum: known.lowSum + (clicksLow * numHigh) / (numLow + numHigh),
          highSum: known.highSum + (clicksHigh * numLow) / (numLow + numHigh),
          lowClicks: known.lowClicks + clicksLow,
          highClicks: known.highClicks + clicksHigh,
        });
      }
    }
  }
  expect(contrasts.size).toBeGreaterThan(100);
  return estimateExamination([...contrasts.values()], { maxPosition });
}

async function heldOutOf(out: string): Promise<Set<string>> {
  const heldOut = new Set<string>();
  for (const split of ['dev', 'test']) {
    const path = join(folder, out, `${split}.parquet`);
    for await (const { texts } of readTable(path, { texts: ['query'] })) {
      for (const query of texts[0]) heldOut.add(query.toLowerCase());
    }
  }
  return heldOut;
}

/** What must be in the folder, all told. */
async function expectEstimates(out: string, strength: number, cleaning = {}): Promise<void> {
  const heldOut = await heldOutOf(out);
  const pairs = sumPairs(heldOut, createCleaner(cleaning));
  const examination = examine(pairs);
  const examinedOf = ({ positions }: PairSums): number =>
    [...positions].reduce(
      (sum, [position, [numShown]]) =>
        sum + numShown * (position === 0 ? 1 : examination[position]),
      0,
    );
  const total = { clicks: 0, examined: 0 };
  for (const pair of pairs.values()) {
    total.clicks += pair.clicks;
    total.examined += examinedOf(pair);
  }
  const mean = total.clicks / total.examined;
  const found = await readEstimates(out);
  expect([...found.keys()].sort()).toEqual([...pairs.keys()].sort());
  for (const [key, pair] of pairs) {
    const { label, examined, group, ...sums } = found.get(key) as Estimate;
    const { clicks, purchases, weight } = pair;
    expect(sums).toEqual({ count: weight, clicks, purchases });
    const expected = examinedOf(pair);
    // A share of examination is rounded to 1 / FIXED, and a term of a contrast down to it.
    expect(Math.abs(examined - expected)).toBeLessThan((100 * weight) / FIXED);
    const estimate = Math.min(1, (clicks + strength * mean) / (expected + strength));
    expect(Math.abs(label - estimate)).toBeLessThan(1e-3);
    expect(label).toBeGreaterThanOrEqual(0);
    expect(group).toBe(JSON.parse(key)[0].toLowerCase());
  }
}

describe('clicks of a log', () => {
  it('are estimated as a naive twin does, with markup, personal data, bots and held-out queries', async () => {
    const result = await run('clicks', { nearDuplicates: 0 });
    await expectEstimates('clicks', 1);
    const { figures } = countNaively(log, { impressions: BOT_IMPRESSIONS });
    expect(result.log).toEqual(figures);
    expect(result.log?.botSessions).toBe(2);
    const found = [...(await readEstimates('clicks')).values()];
    const sum = (name: 'count' | 'clicks' | 'purchases'): number =>
      found.reduce((total, estimate) => total + estimate[name], 0);
    expect(result.clicks).toMatchObject({
      rows: found.length,
      impressions: sum('count'),
      clicks: sum('clicks'),
      purchases: sum('purchases'),
    });
    expect(result.transfer.personalRows.email).toBeGreaterThan(0);
    expect(found.some(({ label }) => label > 0.3)).toBe(true);
  });

  it('follow the prior and the cleaning that are asked for', async () => {
    const cleaning = { html: false };
    await run('prior', { nearDuplicates: 0, clickPrior: 20, cleaning });
    await expectEstimates('prior', 20, cleaning);
  });

  it('are cut into parts of the wanted size', async () => {
    const result = await run('parts', { nearDuplicates: 0, partRows: 50 });
    const numRows = result.clicks?.rows ?? 0;
    expect(await readdir(join(folder, 'parts', 'clicks'))).toHaveLength(Math.ceil(numRows / 50));
    expect(await readEstimates('parts')).toEqual(await readEstimates('clicks'));
  });

  it('are not written for a log without clicks', async () => {
    const bare = log.map(({ query, title }) => `${query}\t${title}`);
    const path = await put(folder, 'bare.tsv', ['query\ttitle', ...bare].join('\n'));
    const result = await run('bare', { log: [path] });
    expect(result.clicks).toBeUndefined();
    expect(await readdir(join(folder, 'bare'))).not.toContain('clicks');
    expect(result.log).toMatchObject({ rows: log.length, impressions: log.length, sessions: 0 });
  });
});
