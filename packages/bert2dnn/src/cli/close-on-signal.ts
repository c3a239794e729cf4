// What serves until it is told to stop: Ctrl-C and SIGTERM let it finish what is under way.

/** Closes `server` at the first SIGINT or SIGTERM, instead of what these would do else. */
export function closeOnSignal(server: { close(): Promise<unknown> }): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal).once(signal, () => void server.close());
  }
}
