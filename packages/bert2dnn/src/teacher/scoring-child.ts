// The worker's handle on the process that scores, so that no model ever blocks the thread that renews the locks.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Bert2dnnError, ERROR_CODES, type ErrorCode } from '../foundation/errors.js';
import type { FinishedShard } from '../jobs/shard-runner.js';
import type { FinishedOrder, ShardAnswer, ShardOrder } from './scoring-messages.js';

const PROGRAM = fileURLToPath(new URL('./scoring-process.js', import.meta.url));

/** A process that scores one shard at a time; it starts with the first one, and anew after a crash. */
export class ScoringChild {
  readonly #program: string;
  #child: ChildProcess | undefined;

  /** @param program the process's file; another one than the scorer is for tests of what a model may do */
  constructor(program: string = PROGRAM) {
    this.#program = program;
  }

  /**
   * Scores a shard, or finds it finished.
   * @throws Bert2dnnError as thrown in the process; WORKER_LOST if the process ended under it.
   */
  async score(order: ShardOrder): Promise<FinishedShard> {
    return (await this.order(order)).shard;
  }

  /** As `score`, with what is told on the way. `onScored`: rows and tokens since it was called last. */
  async order(
    order: ShardOrder,
    onScored?: (numRows: number, numTokens: number) => void,
  ): Promise<FinishedOrder> {
    const child = this.#start();
    const answer = await new Promise<LastAnswer>((resolve, reject) => {
      const clear = (): void => {
        child.off('message', onMessage);
        child.off('exit', onExit);
      };
      const onMessage = (message: unknown): void => {
        const told = message as ShardAnswer;
        if ('scored' in told) {
          onScored?.(told.scored.numRows, told.scored.numTokens);
          return;
        }
        clear();
        resolve(told);
      };
      const onExit = (code: number | null, signal: string | null): void => {
        clear();
        reject(describeLoss(order, signal ?? `status ${code}`));
      };
      child.on('message', onMessage);
      child.on('exit', onExit);
      // A process that is ending answers by its exit.
      child.send(order, () => undefined);
    });
    if ('finished' in answer) return answer.finished;
    throw rebuildError(answer.error);
  }

  /** Ends the process at once, with what it does. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #start(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const child = fork(this.#program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const forget = (): void => {
      if (this.#child === child) this.#child = undefined;
    };
    child.once('exit', forget).once('error', forget);
    this.#child = child;
    return child;
  }
}

type LastAnswer = Exclude<ShardAnswer, { scored: unknown }>;

function describeLoss({ shard }: ShardOrder, how: string): Bert2dnnError {
  return new Bert2dnnError(
    'WORKER_LOST',
    `shard ${shard.index}, rows ${shard.start} to ${shard.start + shard.numRows - 1}: the process that scored it ended by ${how}`,
  );
}

function rebuildError(error: Extract<ShardAnswer, { error: unknown }>['error']): Error {
  const { code, message, hint } = error;
  if (code === undefined || !Object.hasOwn(ERROR_CODES, code)) return new Error(message);
  return new Bert2dnnError(code as ErrorCode, message, { hint });
}
