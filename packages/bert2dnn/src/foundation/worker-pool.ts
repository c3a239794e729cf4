// Worker threads that answer requests, each one at a time, in the order in which they were asked for. What is asked is
// the script's matter; errors keep their code and hint on the way. The caller must `close` the pool.
import { parentPort, Worker } from 'node:worker_threads';
import { Bert2dnnError, type ErrorCode } from './errors.js';

/** An error on its way between threads, as which a `Bert2dnnError` would lose its class. */
interface SentError {
  code?: ErrorCode;
  message: string;
  hint?: string;
}

/** What a worker answers. */
interface Answer<Result> {
  result?: Result;
  error?: SentError;
}

interface Waiting<Request, Result> {
  request: Request;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
  /** Fulfilled when the request is answered or refused. */
  settled: Promise<unknown>;
}

/** Threads that all run one script. */
export class WorkerPool<Request, Result> {
  readonly #workers: Worker[];
  readonly #idle: Worker[];
  readonly #waiting: Waiting<Request, Result>[] = [];
  readonly #running = new Map<Worker, Waiting<Request, Result>>();
  #failure: unknown;

  constructor(script: URL, workerData: unknown, numThreads: number) {
    this.#workers = Array.from({ length: numThreads }, () => new Worker(script, { workerData }));
    this.#idle = [...this.#workers].reverse();
    for (const worker of this.#workers) {
      worker.on('message', (answer: Answer<Result>) => this.#finish(worker, answer));
      worker.on('error', (error) => this.#fail(error));
      worker.on('exit', (code) => this.#fail(endedError(code)));
    }
  }

  /** How many threads there are. */
  get numThreads(): number {
    return this.#workers.length;
  }

  /** Asks whichever thread is free next. @throws what the script threw */
  ask(request: Request): Promise<Result> {
    const { promise, resolve, reject } = withResolvers<Result>();
    const settled = promise.catch(() => undefined);
    this.#waiting.push({ request, resolve, reject, settled });
    this.#handOut();
    return promise;
  }

  /**
   * Ends the threads. What waits is refused; what a thread is at is awaited first, because a library in native code may take
   * the whole process with it when its thread is ended in the middle of a call.
   */
  async close(): Promise<void> {
    this.#failure ??= new Error('worker pool: closed');
    this.#handOut();
    await Promise.all([...this.#running.values()].map(({ settled }) => settled));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #handOut(): void {
    if (this.#failure !== undefined) {
      for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
      return;
    }
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const worker = this.#idle.pop()!;
      const waiting = this.#waiting.shift()!;
      this.#running.set(worker, waiting);
      worker.postMessage(waiting.request);
    }
  }

  #finish(worker: Worker, { result, error }: Answer<Result>): void {
    const waiting = this.#running.get(worker);
    this.#running.delete(worker);
    this.#idle.push(worker);
    if (error === undefined) waiting?.resolve(result as Result);
    else waiting?.reject(receivedError(error));
    this.#handOut();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const { reject } of this.#running.values()) reject(this.#failure);
    this.#running.clear();
    this.#handOut();
  }
}

/** The other side: answers every request of the pool with what `work` gives, and hands over the buffers of `transfer`. */
export function answerRequests<Request, Result>(
  work: (request: Request) => Promise<{ result: Result; transfer?: ArrayBuffer[] }>,
): void {
  parentPort?.on('message', (request: Request) => {
    work(request).then(
      ({ result, transfer }) => parentPort?.postMessage({ result }, transfer),
      (error) => parentPort?.postMessage({ error: sentError(error) }),
    );
  });
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

function sentError(error: unknown): SentError {
  if (error instanceof Bert2dnnError) {
    const { code, message, hint } = error;
    return { code, message, hint };
  }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function receivedError({ code, message, hint }: SentError): Error {
  return code === undefined ? new Error(message) : new Bert2dnnError(code, message, { hint });
}

function endedError(code: number): Error {
  return new Error(`worker pool: a thread ended with code ${code}, expected it to wait for work`);
}
