// A bounded number of tasks at once. The first error lets no further task begin; those under way come to their end.

/**
 * Runs `work` on every item, `concurrency` at a time, in the order of the items.
 * @throws the first error of `work`, after all that had begun have ended. `signal` fires with the error.
 */
export async function runInParallel<Item>(
  items: Iterable<Item>,
  concurrency: number,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const stop = new AbortController();
  let firstError: { error: unknown } | undefined;
  const takeItems = async (): Promise<void> => {
    while (firstError === undefined) {
      const next = queue.next();
      if (next.done === true) return;
      try {
        await work(next.value, stop.signal);
      } catch (error) {
        firstError ??= { error };
        stop.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, takeItems));
  // TypeScript does not see the assignment inside the closure.
  const failed = firstError as { error: unknown } | undefined;
  if (failed !== undefined) throw failed.error;
}
