// Progress of a stage: a bar on a terminal, JSON lines elsewhere, silence with --quiet. Always on stderr.

/** Where a stage says how far it is. */
export interface Progress {
  /** Begins a task of `total` units (`undefined`: unknown) and gives its reporter. */
  start(task: string, total?: number, unit?: string): ProgressTask;
  /** Says one line that stays. */
  note(message: string): void;
}

/** One running task. `advance` may be called often: output is limited to a few lines a second. */
export interface ProgressTask {
  /** Adds `units` done; `figures` (loss, rate, ...) are shown beside. */
  advance(units: number, figures?: Record<string, number>): void;
  /** Ends the task. */
  done(): void;
}

/** What `createProgress` writes to. */
export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const SILENT_TASK: ProgressTask = { advance: () => undefined, done: () => undefined };

/** Progress that says nothing. */
export const SILENT: Progress = { start: () => SILENT_TASK, note: () => undefined };

const TTY_INTERVAL_MS = 100;
const LINES_INTERVAL_MS = 5000;

/** Progress for a stream: a bar that redraws itself on a terminal, one JSON object a line elsewhere. */
export function createProgress(stream: ProgressStream = process.stderr): Progress {
  const isTerminal = stream.isTTY === true;
  return {
    start: (task, total, unit = 'rows') => startTask(stream, isTerminal, { task, total, unit }),
    note: (message) => {
      stream.write(
        isTerminal ? `\r\u001b[K${message}\n` : `${JSON.stringify({ note: message })}\n`,
      );
    },
  };
}

interface TaskHead {
  task: string;
  total: number | undefined;
  unit: string;
}

function startTask(stream: ProgressStream, isTerminal: boolean, head: TaskHead): ProgressTask {
  const startMs = performance.now();
  let done = 0;
  let shownMs = startMs;
  let figures: Record<string, number> = {};
  const show = (nowMs: number, finished: boolean): void => {
    shownMs = nowMs;
    const elapsedSeconds = (nowMs - startMs) / 1000;
    const line = isTerminal
      ? `\r\u001b[K${formatBar(head, { done, elapsedSeconds, figures, finished })}${finished ? '\n' : ''}`
      : `${JSON.stringify(describeTask(head, { done, elapsedSeconds, figures, finished }))}\n`;
    stream.write(line);
  };
  return {
    advance(units, newFigures) {
      done += units;
      if (newFigures !== undefined) figures = newFigures;
      const nowMs = performance.now();
      if (nowMs - shownMs >= (isTerminal ? TTY_INTERVAL_MS : LINES_INTERVAL_MS)) show(nowMs, false);
    },
    done: () => show(performance.now(), true),
  };
}

interface TaskState {
  done: number;
  elapsedSeconds: number;
  figures: Record<string, number>;
  finished: boolean;
}

function describeTask(head: TaskHead, state: TaskState): Record<string, unknown> {
  const perSecond = state.elapsedSeconds > 0 ? state.done / state.elapsedSeconds : 0;
  return {
    task: head.task,
    done: state.done,
    total: head.total,
    unit: head.unit,
    elapsedSeconds: round(state.elapsedSeconds, 1),
    perSecond: round(perSecond, 1),
    secondsLeft: secondsLeft(head, state),
    ...state.figures,
    finished: state.finished || undefined,
  };
}

function formatBar(head: TaskHead, state: TaskState): string {
  const perSecond = state.elapsedSeconds > 0 ? state.done / state.elapsedSeconds : 0;
  const parts: string[] = [head.task.padEnd(12)];
  if (head.total !== undefined && head.total > 0) {
    const share = Math.min(1, state.done / head.total);
    const filled = Math.round(share * 20);
    parts.push(
      `${'━'.repeat(filled)}${'┈'.repeat(20 - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`,
    );
  }
  parts.push(`${formatCount(state.done)} ${head.unit}`, `${formatCount(perSecond)}/s`);
  for (const [name, value] of Object.entries(state.figures))
    parts.push(`${name} ${formatFigure(value)}`);
  const left = secondsLeft(head, state);
  parts.push(
    state.finished || left === undefined
      ? formatDuration(state.elapsedSeconds)
      : `${formatDuration(left)} left`,
  );
  return parts.join('  ');
}

function secondsLeft(head: TaskHead, state: TaskState): number | undefined {
  if (head.total === undefined || state.done === 0 || state.finished) return undefined;
  return round((state.elapsedSeconds / state.done) * Math.max(0, head.total - state.done), 0);
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** A count for people: `950`, `12.3k`, `4.5M`. */
export function formatCount(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)}M`;
  if (count >= 1e4) return `${(count / 1e3).toFixed(1)}k`;
  return String(Math.round(count));
}

/** A duration for people: `8 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

function formatFigure(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
