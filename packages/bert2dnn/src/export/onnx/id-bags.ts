// Bags of ids as inputs of a model, CSR lists as a FeatureBuffer holds them, and their vectors in standard operators.
import { int, type OnnxBuilder, type OnnxValueInfo } from '@bert2dnn/autodiff';
import { type BlockDefinition, type Combiner, embeddingName, tableOf } from '@bert2dnn/student';
import { type StoredTensors, sliceAxis } from './stored-tensors.js';

/** Names of a block's two inputs. */
export function idInputNames(block: string): { ids: string; offsets: string } {
  return { ids: `ids_${block}`, offsets: `offsets_${block}` };
}

/** Inputs of every block: `ids_<block>` [Z] and `offsets_<block>` [B + 1]. */
export function idInputs(blocks: readonly BlockDefinition[]): OnnxValueInfo[] {
  return blocks.flatMap(({ name }) => {
    const { ids, offsets } = idInputNames(name);
    return [
      { name: ids, shape: [`num_${ids}`], dtype: 'int64' as const },
      { name: offsets, shape: ['num_offsets'], dtype: 'int64' as const },
    ];
  });
}

/**
 * Vectors [B, D] of a block's bags: differences of running sums, in float64, so that nothing is lost.
 * Not ScatterND with `add`, which ONNX Runtime runs on several threads without a lock, so that rows of a bag are lost
 * (seen with 1.32 and two threads), nor ScatterElements with `add`, which is much slower.
 */
export function idBag(
  builder: OnnxBuilder,
  tensors: StoredTensors,
  { block, combiner, width }: { block: BlockDefinition; combiner: Combiner; width: number },
): string {
  const { ids, offsets } = idInputNames(block.name);
  const rows = tensors.rows(embeddingName(tableOf(block)), ids);
  const zero = builder.constant(new Float64Array(width), [1, width], 'float64');
  const sums = builder.node('CumSum', [
    builder.cast(rows, 'float64'),
    builder.constant([0], [], 'int64'),
  ])[0];
  const running = builder.node('Concat', [zero, sums], { axis: int(0) })[0];
  const starts = sliceAxis(builder, offsets, { axis: 0, end: -1 });
  const ends = sliceAxis(builder, offsets, { axis: 0, start: 1 });
  const atEnds = builder.node('Gather', [running, ends])[0];
  const atStarts = builder.node('Gather', [running, starts])[0];
  const sum = builder.cast(builder.node('Sub', [atEnds, atStarts])[0], 'float32');
  const counts = builder.cast(builder.node('Sub', [ends, starts])[0], 'float32');
  const column = builder.node('Unsqueeze', [counts, builder.integers([1])])[0];
  return combineSums(builder, sum, { counts: column, combiner });
}

/** Sums [B, D] of bags with counts [B, 1] as the combiner wants them; an empty bag stays zero. */
export function combineSums(
  builder: OnnxBuilder,
  sum: string,
  { counts, combiner }: { counts: string; combiner: Combiner },
): string {
  if (combiner === 'sum') return sum;
  const atLeastOne = builder.node('Max', [counts, builder.scalar(1)])[0];
  const divisor = combiner === 'mean' ? atLeastOne : builder.node('Sqrt', [atLeastOne])[0];
  return builder.node('Div', [sum, divisor])[0];
}
