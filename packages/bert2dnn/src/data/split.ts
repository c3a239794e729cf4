// Train, dev and test by group: which split a group belongs to follows from the seed and the group alone.
import { Bert2dnnError } from '../foundation/errors.js';
import { createRandom } from '../foundation/random.js';

/** The splits, in order. */
export const SPLITS = ['train', 'dev', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** Shares of the groups; they add up to 1. A share of 0 means that there is no such split. */
export type SplitShares = Record<Split, number>;

export const DEFAULT_SHARES: SplitShares = { train: 0.8, dev: 0.1, test: 0.1 };

/**
 * The split of each group. A group stays in its split when others come or go, unless a split would be empty: then it
 * takes the group whose hash is nearest to its range.
 * @param groups distinct group keys
 * @throws Bert2dnnError TOO_FEW_EXAMPLES if there are fewer groups than splits, USAGE for wrong shares.
 */
export function splitGroups(
  groups: readonly string[],
  options: { shares?: SplitShares; seed: number },
): Map<string, Split> {
  const shares = checkShares(options.shares ?? DEFAULT_SHARES);
  const wanted = SPLITS.filter((split) => shares[split] > 0);
  if (groups.length < wanted.length) {
    throw new Bert2dnnError(
      'TOO_FEW_EXAMPLES',
      `the labelled data has ${groups.length} different ${groups.length === 1 ? 'group' : 'groups'} (queries or texts), expected at least ${wanted.length} to split into ${wanted.join(', ')}`,
      { hint: 'Label more queries, or check that --group names the right column.' },
    );
  }
  const ordered = groups
    .map((group) => ({ group, position: createRandom(options.seed, `split:${group}`).next() }))
    .sort((left, right) => left.position - right.position || (left.group < right.group ? -1 : 1));
  const counts = wanted.map(() => 0);
  const ends = wanted.map((_, index) =>
    wanted.slice(0, index + 1).reduce((sum, split) => sum + shares[split], 0),
  );
  for (const { position } of ordered) {
    const index = ends.findIndex((end) => position < end);
    counts[index === -1 ? wanted.length - 1 : index]++;
  }
  fillEmpty(counts);
  const splits = new Map<string, Split>();
  let at = 0;
  counts.forEach((count, index) => {
    for (const end = at + count; at < end; at++) splits.set(ordered[at].group, wanted[index]);
  });
  return splits;
}

/** Gives each empty split one group of the largest; in hash order the borders move by as little as that takes. */
function fillEmpty(counts: number[]): void {
  for (let index = 0; index < counts.length; index++) {
    if (counts[index] > 0) continue;
    counts[counts.indexOf(Math.max(...counts))]--;
    counts[index]++;
  }
}

function checkShares(shares: SplitShares): SplitShares {
  const values = SPLITS.map((split) => shares[split]);
  const sum = values.reduce((total, share) => total + share, 0);
  if (values.every((share) => share >= 0) && shares.train > 0 && Math.abs(sum - 1) < 1e-9) {
    return shares;
  }
  throw new Bert2dnnError(
    'USAGE',
    `the split shares must be 0 or more, train above 0, and add up to 1, got ${values.join(', ')}`,
  );
}
