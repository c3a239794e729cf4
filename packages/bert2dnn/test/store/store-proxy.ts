// A proxy before an S3 server that misbehaves by plan: refuses with a status, cuts uploads and answers, changes bytes.
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';

/** What becomes of a request. */
export type Fault =
  | { kind: 'status'; status: number; code: string }
  /** The connection ends before anything is answered. */
  | { kind: 'cut' }
  /** The answer's body ends after so many bytes. */
  | { kind: 'cut-body'; numBytes: number }
  /** The answer's body has its first byte changed. */
  | { kind: 'change-body' };

/** Decides by method and path (with the query) which fault a request meets, if any. */
export type FaultPlan = (method: string, path: string) => Fault | undefined;

/** A proxy that runs. */
export class StoreProxy {
  /** `METHOD path` of every request. */
  readonly requests: string[] = [];
  /** Faults that were met. */
  numFaults = 0;
  plan: FaultPlan = () => undefined;
  /** Added to every answer. */
  headers: Record<string, string> = {};
  readonly #targetPort: number;
  readonly #server: Server;

  static async start(targetPort: number): Promise<StoreProxy> {
    const proxy = new StoreProxy(targetPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((incoming, answer) => this.#pass(incoming, answer));
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  reset(): void {
    this.requests.length = 0;
    this.numFaults = 0;
    this.plan = () => undefined;
    this.headers = {};
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method = 'GET', url = '/', headers } = incoming;
    this.requests.push(`${method} ${url}`);
    const fault = this.plan(method, url);
    if (fault !== undefined) this.numFaults++;
    if (fault?.kind === 'cut') {
      incoming.socket.destroy();
      return;
    }
    if (fault?.kind === 'status') {
      incoming.resume().on('end', () => refuse(answer, fault));
      return;
    }
    const outgoing = request(
      { host: '127.0.0.1', port: this.#targetPort, method, path: url, headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 500, { ...response.headers, ...this.headers });
        answer.flushHeaders();
        relay(response, answer, fault);
      },
    );
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  }
}

function refuse(answer: ServerResponse, fault: { status: number; code: string }): void {
  answer.writeHead(fault.status, { 'content-type': 'application/xml' });
  answer.end(`<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>no</Message></Error>`);
}

function relay(response: IncomingMessage, answer: ServerResponse, fault: Fault | undefined): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', () => {
    const body = Buffer.concat(chunks);
    if (fault?.kind === 'change-body' && body.length > 0) body[0] ^= 1;
    if (fault?.kind !== 'cut-body') {
      answer.end(body);
      return;
    }
    answer.write(body.subarray(0, fault.numBytes), () => {
      setTimeout(() => answer.destroy(), 20);
    });
  });
}
