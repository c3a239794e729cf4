// How far an int8 teacher's answers are from float32's on the same rows: figures alone, no teacher and no file.
import { areaUnderRoc } from '../foundation/area-under-roc.js';
import { marginOf } from './margin.js';

/** Answers of int8 beside those of float32. */
export interface Int8Agreement {
  /** Rows compared: those that both score. */
  numRows: number;
  /** How well int8 ranks rows by float32's decisions, 0.5..1: the mean over the classes where there are more than two. */
  auc: number;
  /** Mean absolute difference of the probabilities, 0..1. */
  meanProbabilityDifference: number;
}

/** Logits [N, C] of the same rows; a row that a side fails on is NaN. */
export interface LogitsOfBoth {
  exact: Float32Array;
  int8: Float32Array;
  numOutputs: number;
}

/**
 * Compares both. A decision is whether a probability is above one half, or the largest of more than two classes; where
 * float32 decides the same of every row, above its median.
 */
export function measureAgreement({ exact, int8, numOutputs }: LogitsOfBoth): Int8Agreement {
  const rows = finiteRows([exact, int8], numOutputs);
  const left = probabilities(exact, rows, numOutputs);
  const right = probabilities(int8, rows, numOutputs);
  const aucs: number[] = [];
  let sum = 0;
  for (const [index, own] of left.entries()) {
    const isChosen = decisions(left, index);
    const auc = areaUnderRoc(right[index], isChosen) ?? aucAboveMedian(own, right[index]);
    aucs.push(auc);
    own.forEach((probability, row) => {
      sum += Math.abs(probability - right[index][row]);
    });
  }
  return {
    numRows: rows.length,
    auc: aucs.reduce((total, auc) => total + auc, 0) / aucs.length,
    meanProbabilityDifference: rows.length === 0 ? 0 : sum / (rows.length * left.length),
  };
}

function finiteRows(sides: readonly Float32Array[], numOutputs: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < sides[0].length / numOutputs; row++) {
    const own = sides.map((side) => side.subarray(row * numOutputs, (row + 1) * numOutputs));
    if (own.every((logits) => logits.every(Number.isFinite))) rows.push(row);
  }
  return rows;
}

/** Probabilities by class; one of them where there are at most two. */
function probabilities(
  logits: Float32Array,
  rows: readonly number[],
  numOutputs: number,
): Float64Array[] {
  const picked = rows.flatMap((row) => [
    ...logits.subarray(row * numOutputs, (row + 1) * numOutputs),
  ]);
  if (numOutputs <= 2) {
    return [marginOf(picked, numOutputs).map((margin) => 1 / (1 + Math.exp(-margin)))];
  }
  const columns = Array.from({ length: numOutputs }, () => new Float64Array(rows.length));
  for (let row = 0; row < rows.length; row++) {
    const own = picked.slice(row * numOutputs, (row + 1) * numOutputs);
    const largest = Math.max(...own);
    const shares = own.map((logit) => Math.exp(logit - largest));
    const total = shares.reduce((sum, share) => sum + share, 0);
    for (const [output, share] of shares.entries()) columns[output][row] = share / total;
  }
  return columns;
}

function decisions(columns: readonly Float64Array[], index: number): (row: number) => boolean {
  if (columns.length === 1) return (row) => columns[0][row] > 0.5;
  return (row) => columns.every((column) => column[row] <= columns[index][row]);
}

/** 1 where float32 gives every row the same number: there is no order to keep. */
function aucAboveMedian(exact: Float64Array, int8: Float64Array): number {
  const median = exact.slice().sort()[exact.length >> 1];
  return areaUnderRoc(int8, (row) => exact[row] >= median) ?? 1;
}
