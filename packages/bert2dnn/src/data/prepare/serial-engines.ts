// Several engines of one thread each: what each of them makes does not depend on how many there are.
import { type Database, Engine } from '../duckdb.js';

/** Engines that work side by side. */
export class SerialEngines {
  private constructor(
    private readonly engines: Engine[],
    private readonly databases: Database[],
  ) {}

  /** @param memoryMb of all of them together */
  static async start(options: {
    threads: number;
    memoryMb: number;
    temporaryFolder: string;
  }): Promise<SerialEngines> {
    const { threads, memoryMb, temporaryFolder } = options;
    const engines: Engine[] = [];
    const databases: Database[] = [];
    for (let index = 0; index < threads; index++) {
      const engine = await Engine.start({
        threads: 1,
        memoryMb: Math.floor(memoryMb / threads),
        temporaryFolder: `${temporaryFolder}-${index}`,
      });
      engines.push(engine);
      databases.push(await engine.connect());
    }
    return new SerialEngines(engines, databases);
  }

  /** Calls `work` for every index below `count`, each engine one at a time; results in order. */
  async map<Result>(
    count: number,
    work: (database: Database, index: number) => Promise<Result>,
  ): Promise<Result[]> {
    const results = new Array<Result>(count);
    let next = 0;
    let hasFailed = false;
    const workers = this.databases.map(async (database) => {
      while (next < count && !hasFailed) {
        const index = next++;
        try {
          results[index] = await work(database, index);
        } catch (error) {
          hasFailed = true;
          throw error;
        }
      }
    });
    const outcomes = await Promise.allSettled(workers);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    return results;
  }

  /** One of the connections, for work that no other one shares. */
  get first(): Database {
    return this.databases[0];
  }

  close(): void {
    for (const database of this.databases) database.close();
    for (const engine of this.engines) engine.close();
  }
}
