// The folder that a user downloaded: finds a set's files in the variants in which they come, or says what is there
// instead. Opens no file; remembers which were used.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import type { Compression } from '../inputs.js';

/** A file as the publisher ships it. */
export interface SourceFile {
  /** Its name; `/` separates folders. */
  name: string;
  /** Names that other releases of the same file have. */
  alternatives?: readonly string[];
  /** What it holds: its columns, in words. */
  holds: string;
  /** Absent files that are not required leave out a part of the result. */
  required: boolean;
}

/** What a set says about its files. */
export interface PublishedFiles {
  title: string;
  /** How to get the files, in words. Nothing is downloaded. */
  origin: string;
  /** Folders inside the archive in which the files may still be. */
  subfolders: readonly string[];
  files: readonly SourceFile[];
}

/** A file that was found. */
export interface FoundFile {
  path: string;
  compression: Compression;
}

/** A file that an import read. */
export interface UsedFile {
  path: string;
  /** Rows read; absent where another reader counts them. */
  rows?: number;
  /** Known already where the bytes were hashed while reading. */
  fingerprint?: string;
}

const EXTENSIONS: readonly (readonly [string, Compression])[] = [
  ['', 'none'],
  ['.gz', 'gzip'],
  ['.zst', 'zstd'],
];

/** How a file begins that Git LFS has not fetched. Source: the specification of Git LFS pointers, v1. */
const POINTER = 'version https://git-lfs.github.com/spec/';

const ARCHIVE = /\.(zip|tar|tgz|tar\.gz|tar\.bz2|7z|rar)$/i;

/** The user's copy of a set. */
export class SourceFolder {
  /** Files in the order in which they were used. */
  readonly used: UsedFile[] = [];

  private constructor(
    private readonly source: PublishedFiles,
    private readonly root: string,
    /** Folders in which files are looked for: the root and what the archive may have put between. */
    private readonly folders: readonly string[],
  ) {}

  /** @throws Bert2dnnError FILE_MISSING if there is no such folder, or it is an archive. */
  static async open(source: PublishedFiles, root: string): Promise<SourceFolder> {
    const entry = await stat(root).catch(() => undefined);
    if (entry === undefined || !entry.isDirectory()) {
      const got = entry === undefined ? 'no such folder' : 'is a file';
      throw new Bert2dnnError(
        'FILE_MISSING',
        `${root}: ${got}, expected the folder with the files of ${source.title}`,
        { hint: ARCHIVE.test(root) ? 'Unpack the archive and give its folder.' : source.origin },
      );
    }
    const folders = [root, ...source.subfolders.map((name) => join(root, name))];
    return new SourceFolder(source, root, folders);
  }

  /**
   * The place of a file that the set's description names, plain, .gz or .zst.
   * @throws Bert2dnnError FILE_MISSING that says what was found instead.
   */
  async require(name: string): Promise<FoundFile> {
    const found = await this.find(name);
    if (found === undefined) throw await this.missing(this.describe(name));
    return found;
  }

  /** As `require`, but `undefined` if the file is not there. */
  async find(name: string): Promise<FoundFile | undefined> {
    const { alternatives = [] } = this.describe(name);
    for (const folder of this.folders) {
      for (const candidate of [name, ...alternatives]) {
        for (const [extension, compression] of EXTENSIONS) {
          const path = join(folder, candidate + extension);
          if (await isWholeFile(path)) return { path, compression };
        }
      }
    }
    return undefined;
  }

  /** The place of a folder of the set. @throws Bert2dnnError FILE_MISSING. */
  async requireFolder(name: string): Promise<string> {
    const found = await this.findFolder(name);
    if (found === undefined) throw await this.missing(this.describe(name));
    return found;
  }

  /** As `requireFolder`, but `undefined` if it is not there. */
  async findFolder(name: string): Promise<string | undefined> {
    for (const folder of this.folders) {
      const entry = await stat(join(folder, name)).catch(() => undefined);
      if (entry?.isDirectory()) return join(folder, name);
    }
    return undefined;
  }

  /** Files of the root whose names match, sorted; for sets whose file names are not fixed. */
  async findMatching(pattern: RegExp): Promise<FoundFile[]> {
    const names = (await readdir(this.root)).sort();
    return names
      .filter((name) => pattern.test(name))
      .map((name) => ({
        path: join(this.root, name),
        compression: EXTENSIONS.find(([end]) => end !== '' && name.endsWith(end))?.[1] ?? 'none',
      }));
  }

  /** The error of a file that is not there. */
  async missing(file: SourceFile): Promise<Bert2dnnError> {
    const names = (await readdir(this.root)).filter((name) => !name.startsWith('.')).sort();
    const archive = await this.findArchive(file, names);
    const shown = names.slice(0, 8).map((name) => `"${name}"`);
    const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
    const got = names.length === 0 ? 'is empty' : `holds ${shown.join(', ')}${more}`;
    return new Bert2dnnError(
      'FILE_MISSING',
      `${this.root}: ${got}, expected "${file.name}" of ${this.source.title} (${file.holds})`,
      {
        hint:
          archive === undefined
            ? this.source.origin
            : `"${archive}" is not unpacked: unpack it, then run the same command again.`,
      },
    );
  }

  /** An archive that the file may be in: the one named after it, else the first one. */
  private async findArchive(file: SourceFile, names: string[]): Promise<string | undefined> {
    const inFolders = await Promise.all(
      this.source.subfolders.map((name) => readdir(join(this.root, name)).catch(() => [])),
    );
    const archives = [...names, ...inFolders.flat()].filter((name) => ARCHIVE.test(name));
    return archives.find((name) => name.startsWith(file.name)) ?? archives[0];
  }

  private describe(name: string): SourceFile {
    const file = this.source.files.find((candidate) => candidate.name === name);
    if (file === undefined) throw new RangeError(`${this.source.title} describes no file ${name}`);
    return file;
  }
}

/** @throws Bert2dnnError FILE_CORRUPT for the small text that Git leaves in the place of a large file. */
async function isWholeFile(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined || !entry.isFile()) return false;
  if (entry.size < 1024 && (await readFile(path, 'latin1')).startsWith(POINTER)) {
    throw new Bert2dnnError('FILE_CORRUPT', `${path}: is a Git LFS pointer, expected the file`, {
      hint: 'Fetch the files themselves: git lfs pull.',
    });
  }
  return true;
}
