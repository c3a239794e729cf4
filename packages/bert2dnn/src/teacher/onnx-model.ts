// A classifier as ONNX model made elsewhere: inputs, token types and logits are read from the model.
import { OnnxSession } from '@bert2dnn/autodiff';
import { Bert2dnnError } from '../foundation/errors.js';
import type { BatchFeeds, BatchModel } from './batch-model.js';

const KNOWN_INPUTS: readonly string[] = ['input_ids', 'attention_mask', 'token_type_ids'];

/**
 * Opens an ONNX file, or the bytes of one, that maps token batches to logits [B] or [B, C].
 * @throws Bert2dnnError TEACHER_INVALID for an input that is no token array or an output that is no logits.
 */
export async function openOnnxModel(
  source: string | Uint8Array,
  threads: number,
): Promise<BatchModel> {
  const file = typeof source === 'string' ? source : 'ONNX model';
  const session = await OnnxSession.create(source, { threads }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Bert2dnnError('TEACHER_INVALID', `${file}: ${reason}`, { cause });
  });
  try {
    checkInputs(file, session);
    const { outputNames } = session;
    const output = outputNames.includes('logits') ? 'logits' : outputNames[0];
    const numOutputs = await countLogits(file, session, output);
    return {
      numOutputs,
      run: async (feeds) => (await session.run(pickFeeds(session, feeds), [output]))[output].data,
      release: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

function checkInputs(file: string, session: OnnxSession): void {
  const unknown = session.inputNames.find((name) => !KNOWN_INPUTS.includes(name));
  if (unknown === undefined && session.inputNames.includes('input_ids')) return;
  throw new Bert2dnnError(
    'TEACHER_INVALID',
    `${file}: the inputs are ${session.inputNames.join(', ')}, expected input_ids and at most ${KNOWN_INPUTS.join(', ')}`,
    { hint: 'Export the model for text classification, with dynamic batch and sequence.' },
  );
}

/** A model without token types or mask takes only what it declares. */
function pickFeeds(session: OnnxSession, feeds: BatchFeeds): BatchFeeds {
  return Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]]));
}

/** Runs one row of two tokens: the file's declared shape is often symbolic. */
async function countLogits(file: string, session: OnnxSession, output: string): Promise<number> {
  const feed = (values: number[]) => ({ data: Int32Array.from(values), shape: [1, 2] });
  const probe = {
    input_ids: feed([0, 0]),
    attention_mask: feed([1, 1]),
    token_type_ids: feed([0, 0]),
  };
  const { shape, data } = (await session.run(pickFeeds(session, probe), [output]))[output];
  const isLogits = shape[0] === 1 && (shape.length === 1 || shape.length === 2);
  if (isLogits) return data.length;
  throw new Bert2dnnError(
    'TEACHER_INVALID',
    `${file}: output "${output}" has shape [${shape.join(', ')}] for one row, expected [1, C] logits`,
    { hint: 'Export the classifier with its head, not the bare encoder.' },
  );
}
