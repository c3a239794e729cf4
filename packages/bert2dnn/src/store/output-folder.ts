// The folder that a scoring writes: on this machine, or in an object store. Files in it appear whole or not at all and
// are named by their content, so that several processes may write one folder. What is in a file is not known here.

/** A file that is in place. */
export interface PlacedFile {
  /** Hex SHA-256 of its bytes. */
  sha256: string;
  /** What an object store calls these bytes: its ETag. */
  etag?: string;
}

/** A folder to write. Names have no slash. */
export interface OutputFolder {
  /** Path or URI, for messages. */
  readonly name: string;
  /** Names of the files that are there; empty if there is no folder yet. */
  list(): Promise<Set<string>>;
  /** Puts a file in place that `write` writes to a path of this machine. @throws what `write` throws; DISK_FULL and kin. */
  put(name: string, write: (path: string) => Promise<void>): Promise<PlacedFile>;
  /** Puts a short file in place. */
  putText(name: string, text: string): Promise<void>;
  /** Whether a file is there and has these bytes. */
  holds(name: string, file: PlacedFile): Promise<boolean>;
  /** @throws Bert2dnnError FILE_MISSING if there is none, FILE_CORRUPT if it is no JSON. */
  readJson(name: string): Promise<unknown>;
  /** Path of this machine at which a file can be read. @throws Bert2dnnError FILE_MISSING. */
  pathOf(name: string): Promise<string>;
  /** Removes a file, if it is there. */
  remove(name: string): Promise<void>;
  /** Ends connections. */
  close(): void;
}

/** Puts a value as indented JSON with a final newline. */
export function putJson(folder: OutputFolder, name: string, value: unknown): Promise<void> {
  return folder.putText(name, `${JSON.stringify(value, null, 2)}\n`);
}
