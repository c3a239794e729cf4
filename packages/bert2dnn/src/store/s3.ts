// An S3-compatible store: the one file that knows the AWS SDK. Endpoint, region and credentials are the SDK's matter, out
// of its usual environment variables and files; none of them is kept or shown here.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describeWriteError } from '../foundation/files.js';
import type { ObjectStore, SentObject, StoredObject } from './object-store.js';
import {
  describeStoreError,
  isNoObject,
  isPassing,
  otherObject,
  wrongBytes,
} from './store-errors.js';
import { formatStoreUri } from './store-uri.js';

/** Tries of a request, unless AWS_MAX_ATTEMPTS says another number; the SDK waits longer before each, up to 20 s. */
const MAX_ATTEMPTS = 10;
/** Bodies that were cut off go on where they ended, so often in a row without a byte more. */
const MAX_BARREN_READS = 5;
const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 60_000;

/** Opens a bucket. Nothing is asked yet. */
export function openS3(
  bucket: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ObjectStore {
  // Which Node is supported is this package's matter; the SDK would warn whoever has the oldest one.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const endpoint = environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL ?? '';
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  const client = new S3Client({
    // Stores other than Amazon's are reached by the path, and take any region.
    ...(endpoint === '' ? { region } : { region: region ?? 'us-east-1', forcePathStyle: true }),
    maxAttempts: Number(environment.AWS_MAX_ATTEMPTS) || MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
    },
    // Not every store knows the checksums that the SDK would add; we send our own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return new S3Bucket(client, bucket, endpoint);
}

class S3Bucket implements ObjectStore {
  readonly #client: S3Client;

  constructor(
    client: S3Client,
    readonly bucket: string,
    readonly endpoint: string,
  ) {
    this.#client = client;
  }

  async list(
    prefix: string,
    { delimiter, limit }: { delimiter?: string; limit?: number } = {},
  ): Promise<StoredObject[]> {
    const found: StoredObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.#ask(prefix, () =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.bucket,
            Prefix: prefix,
            Delimiter: delimiter,
            MaxKeys: limit,
            ContinuationToken: token,
          }),
        ),
      );
      for (const { Key, ETag, Size } of page.Contents ?? []) {
        if (Key !== undefined) {
          found.push({ key: Key, etag: unquote(ETag), sizeBytes: Number(Size ?? 0) });
        }
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined && (limit === undefined || found.length < limit));
    return found;
  }

  async find(key: string): Promise<StoredObject | undefined> {
    try {
      const { ETag, ContentLength } = await this.#client.send(
        new HeadObjectCommand({ Bucket: this.bucket, Key: key }),
      );
      return { key, etag: unquote(ETag), sizeBytes: ContentLength ?? 0 };
    } catch (error) {
      if (isNoObject(error)) return undefined;
      throw describeStoreError(this.#name(key), error);
    }
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { Body } = await this.#client.send(
          new GetObjectCommand({ Bucket: this.bucket, Key: key }),
        );
        return await Body?.transformToByteArray();
      } catch (error) {
        if (isNoObject(error)) return undefined;
        // The SDK tries a request again, not a body that was cut off.
        if (attempt < MAX_BARREN_READS && isPassing(error)) continue;
        throw describeStoreError(this.#name(key), error);
      }
    }
  }

  async fetch(object: StoredObject, path: string): Promise<void> {
    const received = await this.#receive(object, path);
    const name = this.#name(object.key);
    if (received.numBytes !== object.sizeBytes) {
      throw wrongBytes(name, `${received.numBytes} bytes`, `${object.sizeBytes} as listed`);
    }
    const digest = received.sha256.digest('base64');
    if (received.checksum === undefined || received.checksum === digest) return;
    throw wrongBytes(name, `the SHA-256 ${digest}`, `${received.checksum} as the store says`);
  }

  async put(key: string, { bytes, sha256 }: SentObject): Promise<string> {
    const { ETag } = await this.#ask(key, () =>
      this.#client.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: key,
          Body: bytes,
          ContentLength: bytes.length,
          ContentMD5: createHash('md5').update(bytes).digest('base64'),
          ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
        }),
      ),
    );
    return unquote(ETag);
  }

  async remove(key: string): Promise<void> {
    await this.#ask(key, () =>
      this.#client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key })),
    );
  }

  close(): void {
    this.#client.destroy();
  }

  /** The body of an object from a byte on, and the SHA-256 of the whole where the store knows it. */
  async #open(
    { key, etag }: StoredObject,
    offset: number,
  ): Promise<{ body: Readable; checksum: string | undefined }> {
    const { Body, ETag, ChecksumSHA256 } = await this.#client.send(
      new GetObjectCommand({
        Bucket: this.bucket,
        Key: key,
        IfMatch: `"${etag}"`,
        ChecksumMode: 'ENABLED',
        ...(offset > 0 && { Range: `bytes=${offset}-` }),
      }),
    );
    if (unquote(ETag) !== etag) {
      // A store that does not know If-Match.
      (Body as Readable).destroy();
      throw otherObject(this.#name(key));
    }
    // Of an object in parts it is the checksum of checksums, with their number behind it.
    const isWhole = ChecksumSHA256 !== undefined && !ChecksumSHA256.includes('-');
    return { body: Body as Readable, checksum: isWhole ? ChecksumSHA256 : undefined };
  }

  /** Writes the body to a file; one that is cut off goes on where it ended. */
  async #receive(object: StoredObject, path: string): Promise<Received> {
    const received: Received = { numBytes: 0, sha256: createHash('sha256'), checksum: undefined };
    const file = await open(path, 'w');
    try {
      for (let numBarren = 0; ; ) {
        const before = received.numBytes;
        try {
          const { body, checksum } = await this.#open(object, before);
          received.checksum ??= checksum;
          await receiveBody(body, file, received);
          if (received.numBytes >= object.sizeBytes) return received;
          throw new Error('the body ended early');
        } catch (error) {
          numBarren = received.numBytes > before ? 0 : numBarren + 1;
          if (numBarren < MAX_BARREN_READS && isPassing(error) && !isOfDisk(path, error)) continue;
          throw describeStoreError(this.#name(object.key), describeWriteError(path, error));
        }
      }
    } finally {
      await file.close();
    }
  }

  async #ask<Answer>(key: string, send: () => Promise<Answer>): Promise<Answer> {
    try {
      return await send();
    } catch (error) {
      throw describeStoreError(this.#name(key), error);
    }
  }

  #name(key: string): string {
    return formatStoreUri({ bucket: this.bucket, key });
  }
}

/** What was received of an object. */
interface Received {
  numBytes: number;
  sha256: Hash;
  /** Base64 SHA-256 of the whole, where the store knows it. */
  checksum: string | undefined;
}

/** Appends a body to a file; counts what is on the disk, also of a body that is cut off. */
async function receiveBody(body: Readable, file: FileHandle, received: Received): Promise<void> {
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    await file.appendFile(chunk);
    received.sha256.update(chunk);
    received.numBytes += chunk.length;
  }
}

/** Whether an error is about writing here and not about reading there. */
function isOfDisk(path: string, error: unknown): boolean {
  return describeWriteError(path, error) !== error;
}

function unquote(etag: string | undefined): string {
  return (etag ?? '').replace(/^(W\/)?"|"$/g, '');
}
