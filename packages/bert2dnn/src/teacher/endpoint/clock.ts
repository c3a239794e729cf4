// Time as a parameter: rate limits and back-off wait on a clock that a test can move by hand.

/** Where code that waits takes its time from. */
export interface Clock {
  /** Milliseconds since any fixed moment; never runs backwards. */
  nowMs(): number;
  /** Ends after `durationMs`, or at once when the signal fires. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of the machine. */
export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, durationMs);
      signal?.addEventListener('abort', end);
    }),
};
