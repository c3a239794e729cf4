// Rows of a table by id: the embedding lookup, and its gradient, a sum of rows into a table.
// Training steps avoid the dense gradient: see session/training-step.ts.
import { AutodiffError } from '../errors.js';
import type { Dim } from '../graph/dimension.js';
import { formatShape, sizeOfShape } from '../graph/shape.js';
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { int, text } from '../onnx/builder.js';
import { type Values, zeros } from '../reference/values.js';
import { int8Gather } from './int8.js';
import { reshape } from './reshape.js';

const gatherOperation: Operation = {
  type: 'gather',
  infer: ([table, ids]) => {
    requireDataType(table, ['float32'], 'gather');
    requireDataType(ids, ['int32', 'int64'], 'gather');
    if (table.shape.length !== 2) {
      throw new AutodiffError(
        'SHAPE_MISMATCH',
        `gather: table '${table.name}' is ${formatShape(table.shape)}, expected [V, D]`,
      );
    }
    return [{ shape: [...ids.shape, table.shape[1]], dtype: 'float32' }];
  },
  evaluate: ([table, ids]) => [gatherRows(table, ids)],
  emit: ([table, ids], _, { builder }) => builder.node('Gather', [table, ids], { axis: int(0) }),
  int8: int8Gather,
  gradient: (d, { inputs: [table, ids] }) => {
    const [V, D] = table.shape;
    return [scatterAdd(reshape(ids, [-1]), reshape(d, [-1, D]), V), undefined];
  },
};

/**
 * Rows of `table` [V, D] by `ids` [...] (int32 or int64): [..., D].
 * Ids must be in 0..V-1, else the run fails with RUN_FAILED.
 * @throws AutodiffError SHAPE_MISMATCH, DTYPE_MISMATCH
 */
export function gather(table: Tensor, ids: Tensor): Tensor {
  return applyOperation(gatherOperation, [table, ids], undefined)[0];
}

/** Whether a tensor is the result of a gather; its inputs are then table and ids. */
export function isGather(tensor: Tensor): boolean {
  return tensor.producer.operation === gatherOperation;
}

const scatterAddOperation: Operation<{ numRows: Dim }> = {
  type: 'scatterAdd',
  infer: ([, rows], { numRows }) => [{ shape: [numRows, rows.shape[1]], dtype: 'float32' }],
  evaluate: ([ids, rows], { numRows }, context) => {
    const D = rows.shape[1];
    const table = zeros([context.resolve(numRows), D]);
    rows.data.forEach((value, index) => {
      table.data[ids.data[Math.floor(index / D)] * D + (index % D)] += value;
    });
    return [table];
  },
  emit: ([ids, rows], { numRows }, { builder, node }) => {
    const [N, D] = node.inputs[1].shape;
    const empty = builder.node('Expand', [builder.scalar(0), builder.shape([numRows, D])]);
    const column = builder.node('Unsqueeze', [ids, builder.integers([1])]);
    const indices = builder.node('Expand', [column[0], builder.shape([N, D])]);
    // ScatterElements adds in order, so ids that occur twice give the same sum at every run.
    return builder.node('ScatterElements', [empty[0], indices[0], rows], {
      axis: int(0),
      reduction: text('add'),
    });
  },
  gradient: (d, { inputs: [ids] }) => [undefined, gather(d, ids)],
};

/** A table [numRows, D] in which row `ids[i]` has the sum of all `rows[i]`; ids [N], rows [N, D]. */
function scatterAdd(ids: Tensor, rows: Tensor, numRows: Dim): Tensor {
  return applyOperation(scatterAddOperation, [ids, rows], { numRows })[0];
}

/** out [..., D] = table [V, D] by ids [...]. */
function gatherRows(table: Values, ids: Values): Values {
  const [V, D] = table.shape;
  const out = zeros([...ids.shape, D]);
  for (let index = 0; index < sizeOfShape(ids.shape); index++) {
    const id = ids.data[index];
    if (!(id >= 0 && id < V)) {
      throw new AutodiffError('RUN_FAILED', `gather: id ${id} at ${index}, expected 0..${V - 1}`);
    }
    out.data.set(table.data.subarray(id * D, (id + 1) * D), index * D);
  }
  return out;
}
