// Variants of the transfer set's own texts, for single texts: words masked, n-grams sampled.
import { createRandom } from '../../foundation/random.js';
import { type Database, sqlFiles, sqlName } from '../duckdb.js';
import { augmentText } from '../text/augment.js';
import type { HeldOut } from './held-out.js';
import { MADE_ORIGINS } from './made-rows.js';
import { PiecedParquet } from './pieced-parquet.js';

/** Options of `augmentRows`. */
export interface AugmentOptions {
  /** Behind FROM: the text's column and `source`. */
  relation: string;
  /** Column of the text. */
  field: string;
  /** Variants of each text. */
  perText: number;
  heldOut: HeldOut;
  seed: number;
  folder: string;
}

/** Writes variants that differ from their text: the field, `grp`, `origin_index`, `source`. A text's variants depend on the seed and the text alone. */
export async function augmentRows(database: Database, options: AugmentOptions): Promise<void> {
  const { field, perText, heldOut, seed } = options;
  const out = new PiecedParquet(options.folder, 'augmented', [
    { name: field, type: 'VARCHAR' },
    { name: 'grp', type: 'VARCHAR' },
    { name: 'origin_index', type: 'INTEGER' },
    { name: 'source', type: 'BIGINT' },
  ]);
  const originIndex = MADE_ORIGINS.indexOf('augmented');
  try {
    const sql = `SELECT ${sqlName(field)}, source::DOUBLE FROM ${options.relation}`;
    for await (const [texts, sources] of database.stream(sql, ['text', 'number'])) {
      const variants: string[] = [];
      const origins: number[] = [];
      for (const [row, text] of (texts as string[]).entries()) {
        for (let index = 0; index < perText; index++) {
          const variant = augmentText(text, createRandom(seed, `augment:${index}:${text}`));
          if (variant === '' || variant === text) continue;
          if (heldOut.find(variant.toLowerCase()) !== undefined) continue;
          variants.push(variant);
          origins.push(sources[row] as number);
        }
      }
      await out.append([
        variants,
        variants.map((variant) => variant.toLowerCase()),
        variants.map(() => originIndex),
        origins,
      ]);
    }
    await out.close();
  } finally {
    out.abort();
  }
}

/** What `sprayMade` selects from. */
export function augmentedSelect(folder: string): string {
  return `SELECT * FROM read_parquet(${sqlFiles(folder, 'augmented-*.parquet')})`;
}
