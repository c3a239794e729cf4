// Python beside the tests: BERT2DNN_PYTHON, else python3. Tests that need it are skipped where it lacks transformers.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What `open_model.py` is asked. */
export interface PeerRequest {
  folder: string;
  kind: 'classifier' | 'masked-lm' | 'tokenizer';
  maxTokens: number;
  rows: readonly (readonly string[])[];
}

/** What it answers; `logits` per row: [C] of a classifier, [S][V] of a masked language model. */
export interface PeerReply<Logits = number[]> {
  ids: number[][];
  model: string;
  problem: string | null;
  labels: Record<string, string>;
  logits: Logits[];
  /** Tensors that the file lacks, has too many, or has in another shape. */
  loading: Record<'missing_keys' | 'unexpected_keys' | 'mismatched_keys', string[]>;
  /** What transformers logged while it opened the folder. */
  warnings: string[];
  /** Logits of the ONNX files; `null` where Python has no onnxruntime. */
  onnx: number[][] | null;
  int8: number[][] | null;
}

const python = process.env['BERT2DNN_PYTHON'] ?? 'python3';
const script = fileURLToPath(new URL('./open_model.py', import.meta.url));
const probe = spawnSync(python, ['-c', 'import torch, transformers']);

/** Whether Python has torch and transformers, and what to say where it has not. */
export const hasPeers = probe.status === 0;
export const peersNote = hasPeers ? '' : ` (skipped: ${python} has no torch and transformers)`;

/** One Python that answers request after request: importing transformers takes longer than all the rest. */
export class PythonPeer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  /** What waits for a reply that will never come is told so. */
  readonly #ended: Promise<string>;

  constructor() {
    this.#child = spawn(python, [script]);
    this.#child.stderr.resume();
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        resolve(JSON.stringify({ error: `open_model.py ended with ${code}` }));
      });
    });
  }

  /** @throws Error with Python's traceback. */
  async ask<Logits = number[]>(request: PeerRequest): Promise<PeerReply<Logits>> {
    const line = new Promise<string>((resolve) => this.#lines.once('line', resolve));
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const reply = JSON.parse(await Promise.race([line, this.#ended])) as PeerReply<Logits> & {
      error?: string;
    };
    if (reply.error !== undefined) throw new Error(`${request.folder}: ${reply.error}`);
    return reply;
  }

  stop(): void {
    this.#child.stdin.end();
    this.#lines.close();
  }
}
