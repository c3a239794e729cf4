// Writes the transfer set in parts: nothing held out gets in, no example twice, and every row says where it came from.
import { join } from 'node:path';
import type { LabelledRow } from './labelled-rows.js';
import { groupKey, textsKey } from './normalize.js';
import type { MinedOrigin } from './pair-miner.js';
import { type ParquetColumn, ParquetWriter } from './parquet-writer.js';
import { TextSet } from './text-set.js';

/** Where a row of the transfer set came from. */
export type TransferOrigin = 'labelled' | 'unlabelled' | MinedOrigin;

/** A candidate for the transfer set. */
export interface TransferRow {
  /** Cleaned texts by field. */
  texts: string[];
  group: string;
  origin: TransferOrigin;
  /** Absent where nobody labelled it. */
  label?: number;
}

/** What went into the transfer set and what did not. */
export interface TransferCounts {
  rows: number;
  byOrigin: Partial<Record<TransferOrigin, number>>;
  /** Rows left out because their query (or text) is of dev or test. */
  heldOutRemoved: number;
  /** Queries that got no pairs because they are of dev or test. */
  heldOutQueries: number;
  /** Rows left out because the same texts are in already. */
  duplicatesDropped: number;
  /** Rows left out because a text is empty. */
  emptyDropped: number;
  parts: { file: string; rows: number }[];
}

const BUFFER_ROWS = 8192;

/** Groups and texts that training must not see. */
export class HeldOut {
  private readonly keys = new Set<string>();

  /** @param queryField position of the field `query`, -1 for single texts */
  constructor(
    rows: readonly LabelledRow[],
    private readonly queryField: number,
  ) {
    for (const row of rows) {
      this.keys.add(`group:${row.group}`);
      this.keys.add(`text:${this.textOf(row.texts)}`);
    }
  }

  has(texts: readonly string[], group: string): boolean {
    return this.keys.has(`group:${group}`) || this.keys.has(`text:${this.textOf(texts)}`);
  }

  /** Whether a query is held out, as a group or as a text. */
  hasQuery(query: string): boolean {
    const key = groupKey(query);
    return this.keys.has(`group:${key}`) || this.keys.has(`text:${key}`);
  }

  /** The query of a pair, or all of a single text, whatever its case. */
  private textOf(texts: readonly string[]): string {
    return groupKey(this.queryField === -1 ? textsKey(texts) : texts[this.queryField]);
  }
}

/** Collects the transfer set into `folder/part-00000.parquet` and so on. */
export class TransferWriter {
  readonly counts: TransferCounts = {
    rows: 0,
    byOrigin: {},
    heldOutRemoved: 0,
    heldOutQueries: 0,
    duplicatesDropped: 0,
    emptyDropped: 0,
    parts: [],
  };
  private readonly seen = new TextSet();
  private waiting: TransferRow[] = [];
  private writer: ParquetWriter | undefined;

  constructor(
    private readonly folder: string,
    private readonly options: { fields: readonly string[]; partRows: number; heldOut: HeldOut },
  ) {}

  /** Takes a row in unless it is held out, empty or there already; says whether it did. */
  async add(row: TransferRow): Promise<boolean> {
    const { counts } = this;
    if (row.texts.some((text) => text === '')) counts.emptyDropped++;
    else if (this.options.heldOut.has(row.texts, row.group)) counts.heldOutRemoved++;
    else if (!this.seen.add(textsKey(row.texts))) counts.duplicatesDropped++;
    else {
      counts.rows++;
      counts.byOrigin[row.origin] = (counts.byOrigin[row.origin] ?? 0) + 1;
      this.waiting.push(row);
      if (this.waiting.length >= BUFFER_ROWS) await this.flush();
      return true;
    }
    return false;
  }

  /** Whether a query may be paired with titles: it is not held out. */
  allows(query: string): boolean {
    return !this.options.heldOut.hasQuery(query);
  }

  /** Writes what is left. */
  async close(): Promise<TransferCounts> {
    await this.flush();
    await this.closePart();
    return this.counts;
  }

  /** Gives up the part that is being written. */
  abort(): void {
    this.writer?.abort();
    this.writer = undefined;
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      this.writer ??= await ParquetWriter.create(
        join(this.folder, `part-${String(this.counts.parts.length).padStart(5, '0')}.parquet`),
        this.columns(),
      );
      const rows = this.waiting.splice(0, this.options.partRows - this.writer.numRows);
      await this.writer.appendBatch([
        ...this.options.fields.map((_, field) => rows.map((row) => row.texts[field])),
        rows.map((row) => row.label ?? Number.NaN),
        rows.map((row) => row.group),
        rows.map((row) => row.origin),
      ]);
      if (this.writer.numRows >= this.options.partRows) await this.closePart();
    }
  }

  private async closePart(): Promise<void> {
    if (this.writer === undefined) return;
    const rows = await this.writer.close();
    const number = String(this.counts.parts.length).padStart(5, '0');
    this.counts.parts.push({ file: `part-${number}.parquet`, rows });
    this.writer = undefined;
  }

  private columns(): ParquetColumn[] {
    return [
      ...this.options.fields.map((name) => ({ name, type: 'VARCHAR' as const })),
      { name: 'label', type: 'DOUBLE' },
      { name: 'group', type: 'VARCHAR' },
      { name: 'origin', type: 'VARCHAR' },
    ];
  }
}
