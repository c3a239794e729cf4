// The publisher's splits that an import takes: all that have labels, or those that were asked for.
import { Bert2dnnError } from '../../foundation/errors.js';

/**
 * The splits to take, in the publisher's order.
 * @throws Bert2dnnError USAGE for a split that the set does not have.
 */
export function chooseSplits<const Name extends string>(
  asked: readonly string[] | undefined,
  published: readonly Name[],
): Name[] {
  const unknown = asked?.find((name) => !(published as readonly string[]).includes(name));
  if (unknown !== undefined || asked?.length === 0) {
    throw new Bert2dnnError(
      'USAGE',
      `split: got "${unknown ?? ''}", expected one or more of ${published.join(', ')}`,
    );
  }
  return published.filter((name) => asked === undefined || asked.includes(name));
}
