// The engines of a `prepare`, one kind at a time, so that their memory does not add up.
import { type Database, Engine } from '../duckdb.js';
import { SerialEngines } from './serial-engines.js';

/** Memory for tables, hash tables and sorts of all threads together. */
const PARALLEL_MB = 2000;
const SERIAL_MB = 900;

/** Lends engines and closes those that are no longer needed. */
export class Engines {
  private parallel: { engine: Engine; database: Database; keepsOrder: boolean } | undefined;
  private serial: SerialEngines | undefined;

  constructor(
    private readonly threads: number,
    private readonly temporaryFolder: string,
  ) {}

  /** One connection with all threads. @param keepsOrder whether rows come in their order */
  async useParallel(keepsOrder = false): Promise<Database> {
    if (this.parallel !== undefined && this.parallel.keepsOrder !== keepsOrder)
      this.closeParallel();
    if (this.parallel === undefined) {
      const engine = await Engine.start({
        threads: this.threads,
        memoryMb: PARALLEL_MB,
        temporaryFolder: this.temporaryFolder,
        keepsOrder,
      });
      this.parallel = { engine, database: await engine.connect(), keepsOrder };
    }
    return this.parallel.database;
  }

  /** Engines of one thread each. */
  async useSerial(): Promise<SerialEngines> {
    this.serial ??= await SerialEngines.start({
      threads: this.threads,
      memoryMb: SERIAL_MB,
      temporaryFolder: this.temporaryFolder,
    });
    return this.serial;
  }

  close(): void {
    this.closeParallel();
    this.serial?.close();
    this.serial = undefined;
  }

  private closeParallel(): void {
    this.parallel?.database.close();
    this.parallel?.engine.close();
    this.parallel = undefined;
  }
}
