// A query log of a little shop as text rows, with everything that a log may hold, and the naive twin that counts it.
import { findPersonalData } from '../../../src/data/text/personal-data.js';
import { createRandom } from '../../../src/foundation/random.js';

/** A row of the log, its cells as they stand in the file. */
export interface LogRow {
  query: string;
  title: string;
  session: string;
  position: string;
  clicks: string;
  purchases: string;
  impressions: string;
}

export const LOG_HEADER = [
  ...['query', 'title', 'session', 'position', 'clicks', 'purchases', 'impressions'],
] as const;

const WORDS = 'drill saw hammer paint brush hose lamp screw board glue tape clamp'.split(' ');

/** Queries of the shop: two words each, none nearly another one. */
export const QUERIES: string[] = WORDS.flatMap((word, index) =>
  [1, 2, 3].map((step) => `${word} ${WORDS[(index + step) % WORDS.length]}`),
);

/** Titles of the shop. */
export const TITLES: string[] = Array.from(
  { length: 60 },
  (_, index) => `${WORDS[index % 12]} ${WORDS[(index * 5 + 1) % 12]} no ${index}`,
);

const SPELLINGS = [
  (text: string) => text,
  (text: string) => text,
  (text: string) => text.toUpperCase(),
  (text: string) => ` ${text.replace(' ', '  ')}`,
  (text: string) => `<b>${text}</b>`,
  (text: string) => text.replace('saw', 's&#97;w'),
];

/** About 3,000 rows: people, two kinds of bots, personal data, markup, empty cells, true and false. */
export function generateLog(seed: number): LogRow[] {
  const random = createRandom(seed, 'generated-log');
  const pick = <T>(items: readonly T[]): T => items[random.nextInt(items.length)];
  const rows: LogRow[] = [];
  const show = (session: string, isClickBot: boolean): void => {
    const queryIndex = random.nextInt(QUERIES.length);
    const titleIndex = (queryIndex + random.nextInt(4) ** 2) % TITLES.length;
    const position = random.next() < 0.05 ? 0 : 1 + Math.floor(random.next() ** 2 * 60);
    const attraction = 0.1 + 0.5 * ((titleIndex % 7) / 7);
    const isClicked = isClickBot || random.next() < attraction / Math.sqrt(Math.max(1, position));
    const isBought = isClicked && random.next() < 0.2;
    rows.push({
      query: random.next() < 0.01 ? `${QUERIES[queryIndex]} bob@example.com` : QUERIES[queryIndex],
      title: random.next() < 0.01 ? '' : pick(SPELLINGS)(TITLES[titleIndex]),
      session,
      position: position === 0 ? '' : String(position),
      clicks: isClicked ? pick(['1', 'true', 'TRUE', '1.0', '2']) : pick(['0', 'false', '', ' ']),
      purchases: isBought ? '1' : pick(['0', '']),
      impressions: isBought ? '2' : isClickBot ? '1' : pick(['1', '', '3', '2']),
    });
    const last = rows[rows.length - 1];
    last.query = random.next() < 0.2 ? pick(SPELLINGS)(last.query) : last.query;
  };
  for (let session = 0; session < 60; session++) {
    for (let count = 10 + random.nextInt(70); count > 0; count--) show(`s${session}`, false);
  }
  for (let count = 0; count < 60; count++) show('', false);
  for (let count = 0; count < 320; count++) show('crawler', false);
  for (let count = 0; count < 70; count++) show('clicker', true);
  // Spread over the file, as a log by time is.
  return rows
    .map((row) => ({ row, place: random.next() }))
    .sort((left, right) => left.place - right.place)
    .map(({ row }) => row);
}

/** The log as TSV. */
export function logAsTsv(rows: readonly LogRow[]): string {
  const lines = rows.map((row) => LOG_HEADER.map((name) => row[name]).join('\t'));
  return `${[LOG_HEADER.join('\t'), ...lines].join('\n')}\n`;
}

/** A cell's number, or `absent`. */
function numberOf(text: string, absent: number): number {
  const word = text.trim().toLowerCase();
  if (word === 'true') return 1;
  if (word === 'false') return 0;
  return word === '' ? absent : Number(word);
}

/** A pair at a position. */
export interface Impressions {
  texts: [string, string];
  position: number;
  weight: number;
  clicks: number;
  purchases: number;
  source: number;
}

/** What the log says, counted with Maps. */
export function countNaively(rows: readonly LogRow[], bots: { impressions: number }) {
  const numbers = rows.map((row) => ({
    weight: numberOf(row.impressions, 1),
    clicks: numberOf(row.clicks, 0),
    purchases: numberOf(row.purchases, 0),
    position: numberOf(row.position, 0),
  }));
  const sessions = new Map<string, { impressions: number; clicks: number }>();
  rows.forEach(({ session }, row) => {
    if (session === '') return;
    const sums = sessions.get(session) ?? { impressions: 0, clicks: 0 };
    sums.impressions += numbers[row].weight;
    sums.clicks += numbers[row].clicks;
    sessions.set(session, sums);
  });
  const isBot = (session: string): boolean => {
    const sums = sessions.get(session);
    if (sums === undefined) return false;
    const clicksAll = sums.clicks >= 50 && sums.clicks >= 0.9 * sums.impressions;
    return sums.impressions > bots.impressions || clicksAll;
  };
  const counted = new Map<string, Impressions>();
  rows.forEach(({ query, title, session }, source) => {
    if (isBot(session)) return;
    const { position, weight, clicks, purchases } = numbers[source];
    const key = JSON.stringify([query, title, position]);
    const known = counted.get(key) ?? {
      ...{ texts: [query, title] as [string, string], position, source },
      ...{ weight: 0, clicks: 0, purchases: 0 },
    };
    known.weight += weight;
    known.clicks += clicks;
    known.purchases += purchases;
    counted.set(key, known);
  });
  const botNames = [...sessions.keys()].filter(isBot);
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    impressions: [...counted.values()],
    botNames,
    figures: {
      rows: rows.length,
      impressions: sum(numbers.map(({ weight }) => weight)),
      clicks: sum(numbers.map(({ clicks }) => clicks)),
      purchases: sum(numbers.map(({ purchases }) => purchases)),
      sessions: sessions.size,
      botSessions: botNames.length,
      botImpressions: sum(botNames.map((name) => sessions.get(name)?.impressions ?? 0)),
    },
  };
}

/** Cleaned impressions whose query holds no personal data, with the key that is held out. */
export function cleanNaively(
  impressions: readonly Impressions[],
  clean: (text: string) => string,
): (Impressions & { key: string })[] {
  return impressions
    .map(({ texts: [query, title], ...numbers }) => {
      const texts: [string, string] = [clean(query), clean(title)];
      return { ...numbers, texts, key: texts[0].toLowerCase() };
    })
    .filter(({ texts }) => findPersonalData(texts[0]) === undefined);
}
