// How mined pairs are found, and in which shares.
import { Bert2dnnError } from '../../foundation/errors.js';

/** How a mined pair was found: hard ones by BM25, medium ones in the same category, easy ones at random. */
export const MINED_ORIGINS = ['bm25', 'category', 'random'] as const;
export type MinedOrigin = (typeof MINED_ORIGINS)[number];

/** Shares of the origins; they add up to 1. */
export type MiningShares = Record<MinedOrigin, number>;

export const DEFAULT_MINING: MiningShares = { bm25: 0.5, category: 0.25, random: 0.25 };

/** @throws Bert2dnnError USAGE unless all are 0 or above and add up to 1 */
export function checkShares(shares: MiningShares): void {
  const values = MINED_ORIGINS.map((origin) => shares[origin]);
  const sum = values.reduce((total, share) => total + share, 0);
  if (values.every((share) => share >= 0) && Math.abs(sum - 1) < 1e-9) return;
  throw new Bert2dnnError(
    'USAGE',
    `shares: got ${values.join(', ')} for ${MINED_ORIGINS.join(', ')}, expected numbers of 0 or above that add up to 1`,
  );
}
