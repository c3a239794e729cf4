// Which rows of unlabelled texts are held out to measure on. Decided by the text: equal texts fall on one side.
import { Bert2dnnError } from '../foundation/errors.js';
import { hashString } from '../foundation/random.js';

/** Rows that are learnt from and rows that are measured on; both ascending. */
export interface HeldOutSplit {
  train: Int32Array;
  dev: Int32Array;
}

/** Options of `holdOut`. */
export interface HoldOutOptions {
  /** Share of the rows to hold out, in 0..1. */
  share: number;
  seed: number;
}

/** Rows held out at most: enough for a steady figure, and measured in little of an epoch's time. */
export const MAX_HELD_OUT = 4096;

/**
 * Holds out the rows whose texts have the lowest hashes: one at least, `MAX_HELD_OUT` at most. Rows of one text stay
 * together; those of a held-out text beyond the limit are on neither side.
 * @param textHashes [N] hash of the text of each row
 * @throws Bert2dnnError TOO_FEW_EXAMPLES when a side would be empty.
 */
export function holdOut(textHashes: Uint32Array, { share, seed }: HoldOutOptions): HeldOutSplit {
  const numRows = textHashes.length;
  const wanted = Math.min(MAX_HELD_OUT, Math.max(1, Math.round(share * numRows)));
  const ranks = textHashes.map((hash) => hashString(`${seed}:held-out:${hash}`));
  const limit = ranks.slice().sort()[Math.min(wanted, numRows) - 1];
  const rows = Int32Array.from({ length: numRows }, (_, row) => row);
  const train = rows.filter((row) => ranks[row] > limit);
  const dev = rows.filter((row) => ranks[row] <= limit).subarray(0, MAX_HELD_OUT);
  if (train.length === 0 || dev.length === 0) {
    throw new Bert2dnnError(
      'TOO_FEW_EXAMPLES',
      `pretrain: ${numRows} rows with a word, of which ${dev.length} would be held out; expected at least one row to learn from and one of another text to measure on`,
      { hint: 'Give more texts, or texts to measure on with --dev.' },
    );
  }
  return { train, dev };
}
