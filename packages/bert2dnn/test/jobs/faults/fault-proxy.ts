// A TCP proxy that misbehaves on demand: cuts connections, leaves them half open, delays what passes.
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy between clients and one port of this machine. */
export class FaultProxy {
  readonly #targetPort: number;
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; target: Socket; isDeaf: boolean }>();
  #delayMs = 0;

  static async start(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#accept(client));
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Cuts every connection. */
  drop(): void {
    for (const { client, target } of this.#pairs) {
      client.destroy();
      target.destroy();
    }
  }

  /** Lets every connection that is open now stand, but nothing passes any more; new ones work. */
  halfOpen(): void {
    for (const pair of this.#pairs) pair.isDeaf = true;
  }

  /** Delays what passes from now on, in both directions; 0 for not at all. */
  setDelay(ms: number): void {
    this.#delayMs = ms;
  }

  async stop(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    const target = connect(this.#targetPort, '127.0.0.1');
    const pair = { client, target, isDeaf: false };
    this.#pairs.add(pair);
    this.#pass(pair, client, target);
    this.#pass(pair, target, client);
    const end = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) socket.on('error', end).on('close', end);
  }

  #pass(pair: { isDeaf: boolean }, from: Socket, to: Socket): void {
    // Each chunk waits for the one before it, so that a delay that ends lets nothing overtake.
    let queue = Promise.resolve();
    from.on('data', (data) => {
      const delayMs = this.#delayMs;
      queue = queue.then(async () => {
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
        if (!pair.isDeaf && !to.destroyed) to.write(data);
      });
    });
  }
}
