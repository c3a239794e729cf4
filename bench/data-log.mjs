// A generated query log of any length, with what was planted in it, for benchmarks of `prepare`: Zipf queries, pages of
// a known click model, robots, personal data, rows twice. Fast and the same for a seed; no benchmark by itself.
import { createRandom } from '../packages/bert2dnn/dist/foundation/random.js';
import { createZipf, drawOrders, NUM_ORDERS, PERSONAL } from './log-draws.mjs';
import { LogFile, TextPool } from './log-file.mjs';
import {
  findCandidates,
  gradeOf,
  mix,
  NUM_CANDIDATES,
  productDetails,
  queryText,
  saltOf,
  titleText,
  wishOf,
} from './log-shop.mjs';

const TAB = 9;
const NEWLINE = 10;
const SPACE = 32;
const PAGE_SIZE = 10;
/** Positions of a first and a second page. */
export const NUM_POSITIONS = 20;
/** Chance of a click on what is looked at, by grade; a pair's own factor of .7..1.3 comes on top. */
const ATTRACTION = [0, 0.03, 0.12, 0.4, 0.7];
/** Ways to spell a query otherwise. */
const NUM_STYLES = 3;
const SHARES = {
  secondPage: 0.15,
  sessionGoesOn: 0.35,
  respelled: 0.05,
  twice: 0.002,
  personal: 0.001,
};
/** Rows for one robot; robots make about 1.5 % of the rows. */
const ROWS_PER_BOT = 200_000;
const BOT_PAGES = [100, 500];

/** The chance that a position (from 1) is looked at: 1, .62, .46 ... .2 at the tenth, half of the curve behind it. */
export function examinationChance(position) {
  return position ** -0.7 * (position > PAGE_SIZE ? 0.5 : 1);
}

/** How many queries and products a log of `rows` has to offer: 10^8 rows 1,000,000 and 300,000, 10^4 rows 1,000 and 400. */
export function sizesOf(rows) {
  const numQueries = Math.round(rows ** 0.75);
  return {
    numQueries: Math.max(100, numQueries),
    numTitles: Math.max(400, Math.round(0.3 * numQueries)),
  };
}

/**
 * Writes a log of `rows` impressions: query, title, session, position (from 1), clicked, purchased.
 * @param options `out` is a file (.tsv, .tsv.gz) or, for the format parquet, a folder of parts; `seed` a whole number.
 * @returns what was planted, counted while writing; see `createPlanted`.
 */
export async function writeGeneratedLog({ rows, seed = 1, out, format = 'tsv' }) {
  const columns = {
    query: 'VARCHAR',
    title: 'VARCHAR',
    session: 'VARCHAR',
    position: 'INTEGER',
    clicked: 'INTEGER',
    purchased: 'INTEGER',
  };
  const writer = new LogWriter({ rows, seed, file: new LogFile({ out, format, columns }) });
  const nextBot = () => writer.planted.rows + ROWS_PER_BOT * (0.5 + writer.random.next());
  let botRow = Math.min(rows / 2, nextBot());
  while (writer.planted.rows < rows) {
    if (writer.planted.rows >= botRow && rows >= 10_000) {
      writer.writeBotSession();
      botRow = nextBot();
    } else writer.writeSession();
    if (writer.file.isFull) await writer.flush();
  }
  await writer.close();
  return writer.planted;
}

/** The counts that are filled in while a log is written. */
function createPlanted({ numQueries, numTitles }) {
  return {
    /** All rows, those of robots and repeated ones included. All other counts but `twice` count a repeated row once. */
    rows: 0,
    sessions: 0,
    clicks: 0,
    purchases: 0,
    /** Offered by the shop; how many came up is `distinctQueries`. */
    numQueries,
    numTitles,
    /** Different texts that came up, but for case and white space; personal ones not counted. */
    distinctQueries: 0,
    distinctPairs: 0,
    /** By position from 1 (entry 0 is unused): the truth, and people's impressions and clicks. */
    examination: Array.from({ length: NUM_POSITIONS + 1 }, (_, position) =>
      position === 0 ? 0 : examinationChance(position),
    ),
    impressionsByPosition: new Array(NUM_POSITIONS + 1).fill(0),
    clicksByPosition: new Array(NUM_POSITIONS + 1).fill(0),
    /** Robots: half never click, half click on nine of ten. */
    bots: { sessions: 0, rows: 0, clicks: 0, longest: 0 },
    /** Sessions whose rows were written a second time, byte for byte. */
    twice: { sessions: 0, rows: 0 },
    /** Rows whose query holds personal data, by kind. */
    personal: { rows: 0, email: 0, card: 0, phone: 0 },
    /** Rows whose query is in capitals or has a doubled or leading space. */
    respelled: 0,
    /** Rows whose title has tags or entities. */
    markup: 0,
    /** Rows with a letter beyond ASCII in query or title. */
    nonAscii: 0,
  };
}

/** The state of a log while it is written. */
class LogWriter {
  constructor({ rows, seed, file }) {
    this.rows = rows;
    this.file = file;
    this.random = createRandom(seed, 'log');
    const { numQueries, numTitles } = sizesOf(rows);
    this.queries = new TextPool(numQueries, (rank) => queryText(rank, seed));
    this.titles = new TextPool(numTitles, (product) => titleText(product, seed));
    this.titleKinds = markTitles(numTitles, seed);
    this.queryIsAscii = markQueries(numQueries, seed);
    this.planted = createPlanted({ numQueries, numTitles });
    this.drawRank = createZipf(numQueries);
    this.orders = drawOrders(createRandom(seed, 'orders'));
    this.candidateSalt = saltOf(seed, 'candidates');
    this.attractionSalt = saltOf(seed, 'attraction');
    // Found when a query first comes up: product of each candidate, its chance of a click, and what has been shown.
    this.products = new Uint32Array(numQueries * NUM_CANDIDATES);
    this.attractions = new Float32Array(numQueries * NUM_CANDIDATES);
    this.shown = new Uint32Array(numQueries);
    this.isKnown = new Uint8Array(numQueries);
    this.flushedRows = 0;
  }

  /** A person: a page or two of a query, then perhaps another one; now and then the rows are written twice. */
  writeSession() {
    const { random, planted, file } = this;
    const start = { at: file.at, rows: planted.rows };
    this.beginSession();
    do {
      const isPersonal = random.next() < SHARES.personal;
      const rank = this.drawRank(random);
      const query = isPersonal ? this.drawPersonal() : undefined;
      const numPages = random.next() < SHARES.secondPage ? 2 : 1;
      const style = random.next() < SHARES.respelled ? 1 + random.nextInt(NUM_STYLES) : 0;
      this.writePage(rank, { query, style, end: numPages * PAGE_SIZE });
    } while (random.next() < SHARES.sessionGoesOn && planted.rows < this.rows);
    const numRows = planted.rows - start.rows;
    if (random.next() < SHARES.twice && planted.rows + numRows <= this.rows) {
      this.repeat(start.at, numRows);
    }
  }

  /** A robot: hundreds of pages of queries drawn evenly. */
  writeBotSession() {
    const { random, planted } = this;
    const startRows = planted.rows;
    const clickChance = random.next() < 0.5 ? 0 : 0.9;
    this.beginSession();
    const drawnPages = BOT_PAGES[0] + random.nextInt(BOT_PAGES[1] - BOT_PAGES[0]);
    // A short log has a short robot: at most a tenth of it.
    const numPages = Math.min(drawnPages, Math.floor(this.rows / 100));
    for (let page = 0; page < numPages && planted.rows < this.rows; page++) {
      this.writePage(random.nextInt(planted.numQueries), { style: 0, end: PAGE_SIZE, clickChance });
    }
    const numRows = planted.rows - startRows;
    planted.bots.sessions++;
    planted.bots.rows += numRows;
    planted.bots.longest = Math.max(planted.bots.longest, numRows);
  }

  /** A session's name says nothing about it: eight mixed digits, and its number so that no two are equal. */
  beginSession() {
    const number = ++this.planted.sessions;
    const mixed = mix(number, this.candidateSalt).toString(16).padStart(8, '0');
    this.session = Buffer.from(`${mixed}${number.toString(16)}`);
  }

  /** The results of one query at positions 1..end. `clickChance` is a robot's, on anything. */
  writePage(rank, { query, style, end, clickChance }) {
    const { planted, random, orders } = this;
    if (this.isKnown[rank] === 0) this.learn(rank);
    const order = random.nextInt(NUM_ORDERS) * NUM_CANDIDATES;
    const cut = Math.min(end, this.rows - planted.rows);
    const bytesStart = this.file.at;
    let queryLength = 0;
    for (let position = 1; position <= cut; position++) {
      const slot = orders[order + position - 1];
      const pair = rank * NUM_CANDIDATES + slot;
      const chance = clickChance ?? examinationChanceAt[position] * this.attractions[pair];
      const clicked = random.next() < chance ? 1 : 0;
      const purchased = clicked === 1 && random.next() < 0.25 * this.attractions[pair] ? 1 : 0;
      if (position === 1) queryLength = this.putQuery(rank, query, style);
      else this.file.at = this.copyBack(bytesStart, queryLength);
      this.putRest(this.products[pair], position, clicked, purchased);
      if (query === undefined) this.shown[rank] |= 1 << slot;
      this.countRow(position, clicked, clickChance !== undefined);
      planted.purchases += purchased;
      const kinds = this.titleKinds[this.products[pair]];
      planted.markup += kinds & 1;
      planted.nonAscii += (kinds >> 1) | (query === undefined ? this.queryIsAscii[rank] ^ 1 : 0);
    }
    planted.rows += cut;
    if (style > 0 && query === undefined) planted.respelled += cut;
    if (query !== undefined) {
      planted.personal.rows += cut;
      planted.personal[query.kind] += cut;
    }
  }

  countRow(position, clicked, isBot) {
    const { planted } = this;
    planted.clicks += clicked;
    if (isBot) planted.bots.clicks += clicked;
    else {
      planted.impressionsByPosition[position]++;
      planted.clicksByPosition[position] += clicked;
    }
  }

  /** Finds a query's candidates and how attractive they are. */
  learn(rank) {
    const start = rank * NUM_CANDIDATES;
    const products = this.products.subarray(start, start + NUM_CANDIDATES);
    const { numTitles: numProducts } = this.planted;
    findCandidates(products, { rank, numProducts, salt: this.candidateSalt });
    const wish = wishOf(rank);
    products.forEach((product, slot) => {
      const factor = 0.7 + (0.6 * mix(start + slot, this.attractionSalt)) / 2 ** 32;
      this.attractions[start + slot] = ATTRACTION[gradeOf(wish, product)] * factor;
    });
    this.isKnown[rank] = 1;
  }

  /** The query and a tab, in a style: 0 as it is, 1 in capitals, 2 with doubled spaces, 3 with a leading one. */
  putQuery(rank, query, style) {
    const { bytes } = this.file;
    let { at } = this.file;
    const start = at;
    if (query !== undefined) at += Buffer.from(bytes.buffer, at).write(query.text);
    else {
      const { bytes: pool, ends } = this.queries;
      if (style === 3) bytes[at++] = SPACE;
      for (let from = ends[rank]; from < ends[rank + 1]; from++) {
        const byte = pool[from];
        bytes[at++] = style === 1 && byte >= 97 && byte <= 122 ? byte - 32 : byte;
        if (style === 2 && byte === SPACE) bytes[at++] = SPACE;
      }
    }
    bytes[at++] = TAB;
    this.file.at = at;
    return at - start;
  }

  /** Copies the page's query to the next row; gives the place behind it. */
  copyBack(from, length) {
    const { bytes, at } = this.file;
    for (let index = 0; index < length; index++) bytes[at + index] = bytes[from + index];
    return at + length;
  }

  /** The cells behind the query. */
  putRest(product, position, clicked, purchased) {
    const { bytes } = this.file;
    const { session } = this;
    const { bytes: pool, ends } = this.titles;
    let { at } = this.file;
    const end = ends[product + 1];
    for (let from = ends[product]; from < end; from++) bytes[at++] = pool[from];
    bytes[at++] = TAB;
    for (let index = 0; index < session.length; index++) bytes[at++] = session[index];
    bytes[at++] = TAB;
    if (position >= 10) bytes[at++] = 48 + Math.floor(position / 10);
    bytes[at++] = 48 + (position % 10);
    bytes[at++] = TAB;
    bytes[at++] = 48 + clicked;
    bytes[at++] = TAB;
    bytes[at++] = 48 + purchased;
    bytes[at++] = NEWLINE;
    this.file.at = at;
  }

  /** Writes the rows since `from` once more. Only `rows`, `twice` and nothing else counts them. */
  repeat(from, numRows) {
    const { file, planted } = this;
    file.bytes.copyWithin(file.at, from, file.at);
    file.at += file.at - from;
    planted.rows += numRows;
    planted.twice.sessions++;
    planted.twice.rows += numRows;
  }

  drawPersonal() {
    const { random } = this;
    const kind = ['email', 'card', 'phone'][random.nextInt(3)];
    return { kind, text: PERSONAL[kind](random) };
  }

  async flush() {
    await this.file.flush(this.planted.rows - this.flushedRows);
    this.flushedRows = this.planted.rows;
  }

  async close() {
    await this.file.close(this.planted.rows - this.flushedRows);
    for (const slots of this.shown) {
      if (slots === 0) continue;
      this.planted.distinctQueries++;
      for (let rest = slots; rest !== 0; rest &= rest - 1) this.planted.distinctPairs++;
    }
  }
}

const examinationChanceAt = Float64Array.from({ length: NUM_POSITIONS + 1 }, (_, position) =>
  position === 0 ? 0 : examinationChance(position),
);

/** Bits by product: 1 the title has markup, 2 it has letters beyond ASCII. */
function markTitles(count, seed) {
  return Uint8Array.from({ length: count }, (_, product) => {
    const text = titleText(product, seed);
    return (/[<&]/.test(text) ? 1 : 0) | (isAscii(text) ? 0 : 2);
  });
}

function markQueries(count, seed) {
  return Uint8Array.from({ length: count }, (_, rank) => (isAscii(queryText(rank, seed)) ? 1 : 0));
}

function isAscii(text) {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}

/**
 * Writes a catalogue of the shop: id, title, brand, category, description. With the seed of a log and its `numTitles`
 * as `rows` it holds exactly the titles that the log can show.
 * @returns `{ rows, markup, nonAscii }`, by title.
 */
export async function writeGeneratedCatalogue({ rows, seed = 1, out, format = 'tsv' }) {
  const columns = Object.fromEntries(
    ['id', 'title', 'brand', 'category', 'description'].map((name) => [name, 'VARCHAR']),
  );
  const file = new LogFile({ out, format, columns });
  const planted = { rows, markup: 0, nonAscii: 0 };
  let flushedRows = 0;
  for (let product = 0; product < rows; product++) {
    const title = titleText(product, seed);
    const { brand, category, description } = productDetails(product, seed);
    file.putText(`p${product}\t${title}\t${brand}\t${category}\t${description}\n`);
    if (/[<&]/.test(title)) planted.markup++;
    if (!isAscii(title)) planted.nonAscii++;
    if (file.isFull) {
      await file.flush(product + 1 - flushedRows);
      flushedRows = product + 1;
    }
  }
  await file.close(rows - flushedRows);
  return planted;
}

/**
 * Writes labelled pairs of the log of `logRows` rows: query, title, grade (1..4), the grades that its clicks follow.
 * Queries are drawn as in the log, each once, with 12 of their candidates.
 * @returns `{ rows, queries }`.
 */
export async function writeGeneratedLabels({ rows, logRows, seed = 1, out, format = 'tsv' }) {
  const columns = { query: 'VARCHAR', title: 'VARCHAR', grade: 'INTEGER' };
  const file = new LogFile({ out, format, columns });
  const { numQueries, numTitles: numProducts } = sizesOf(logRows);
  const random = createRandom(seed, 'labels');
  const drawRank = createZipf(numQueries);
  const products = new Uint32Array(NUM_CANDIDATES);
  const taken = new Set();
  let numRows = 0;
  while (numRows < rows && taken.size < numQueries) {
    const rank = drawRank(random);
    if (taken.has(rank)) continue;
    taken.add(rank);
    findCandidates(products, { rank, numProducts, salt: saltOf(seed, 'candidates') });
    for (let slot = 0; slot < NUM_CANDIDATES && numRows < rows; slot += 2, numRows++) {
      const grade = gradeOf(wishOf(rank), products[slot]);
      file.putText(`${queryText(rank, seed)}\t${titleText(products[slot], seed)}\t${grade}\n`);
    }
    if (file.isFull) await file.flush(0);
  }
  await file.close(numRows);
  return { rows: numRows, queries: taken.size };
}
