// Losses that compare the rows of a list with each other: what a search page is judged by. Which rows form a list, and how a
// ranking loss is mixed with one of single rows, is decided elsewhere.
import {
  add,
  div,
  log,
  logSoftmax,
  mul,
  neg,
  reduceSum,
  relu,
  softmax,
  softplus,
  sub,
  type Tensor,
  transpose,
} from '@bert2dnn/autodiff';

/** Ranking losses that a student can be trained on. */
export const RANKINGS = ['pairwise', 'listwise'] as const;

/** `pairwise`: logistic loss of pairs of rows. `listwise`: cross-entropy of a list's softmax. */
export type Ranking = (typeof RANKINGS)[number];

/** What a ranking loss is computed from; all [B, 1]. */
export interface RankedRows {
  logits: Tensor;
  /** Whole numbers below 2^24; rows with the same number are a list. */
  groups: Tensor;
  /** How much each row counts, 0 or more; absent: all the same. */
  weights?: Tensor;
}

/** Keeps a quotient defined where a batch has nothing to compare; lost beside any real sum. Its square is a float32 yet. */
const TINY = 1e-18;
/** Takes rows of other lists out of a softmax: exp(-1e9) is 0. */
const FAR = 1e9;
/** Soft labels are drawn this far from 0 and 1, so that gold labels have finite logits. */
const LABEL_MARGIN = 1e-3;

/**
 * Scalar: `sum w_ij softplus(z_j - z_i) / sum w_ij` over the pairs of rows of a list with y_i > y_j, with w_ij = y_i - y_j
 * (times the weights of both rows); 0 for a batch without such a pair. A pair that the teacher is sure of counts more.
 * @param labels [B, 1] in 0..1
 * Source: Burges et al. 2005 (RankNet), 3, with certain order; the weight is the label's difference as in Burges 2010, 4.
 */
export function pairwiseLoss({ logits, groups, weights }: RankedRows, labels: Tensor): Tensor {
  const above = relu(sub(labels, across(labels)));
  let pairWeights = mul(above, sameGroup(groups));
  if (weights !== undefined) pairWeights = mul(pairWeights, mul(weights, across(weights)));
  const losses = softplus(sub(across(logits), logits));
  return div(
    reduceSum(mul(pairWeights, losses)),
    add(reduceSum(pairWeights), logits.graph.constant(TINY)),
  );
}

/**
 * Scalar: mean over the lists of two rows or more of the cross-entropy `-sum q_j log p_j` between the teacher's
 * q = softmax(t / T) and the student's p = softmax(z / T); a list counts as much as its rows do on average; 0 for a batch
 * without such a list. It is least where the student's logits are the teacher's but for one number added to the whole list.
 * @param scores [B, 1] logits of the teacher, on the student's scale
 * @param temperature T, > 0; larger lets the lower rows of a list speak
 * Source: Cao et al. 2007 (ListNet), 4.2, top one; T on both sides as in Hinton et al. 2015, 2.
 */
export function listwiseLoss(
  { logits, groups, weights }: RankedRows,
  scores: Tensor,
  temperature: number,
): Tensor {
  const { graph } = logits;
  const one = graph.constant(1);
  const mask = sameGroup(groups);
  // Row i holds the list of row i, so a list of n rows is met n times: each time it counts 1 / n.
  const outside = mul(sub(mask, one), graph.constant(FAR));
  const listOf = (values: Tensor): Tensor =>
    add(across(mul(values, graph.constant(1 / temperature))), outside);
  const crossEntropy = neg(sumRows(mul(softmax(listOf(scores)), logSoftmax(listOf(logits)))));
  const numRows = sumRows(mask);
  const isList = sub(one, relu(sub(graph.constant(2), numRows)));
  let shares = div(isList, numRows);
  if (weights !== undefined) shares = mul(shares, weights);
  return div(reduceSum(mul(shares, crossEntropy)), add(reduceSum(shares), graph.constant(TINY)));
}

/** Logits of labels in 0..1, which are drawn a little inwards, so that those of 0 and 1 are about -7 and 7. */
export function labelLogits(labels: Tensor): Tensor {
  const { graph } = labels;
  const inner = add(
    mul(labels, graph.constant(1 - 2 * LABEL_MARGIN)),
    graph.constant(LABEL_MARGIN),
  );
  return sub(log(inner), log(sub(graph.constant(1), inner)));
}

/** [B, B]: 1 where two rows are of one list, else 0; differences of whole numbers are 0 or at least 1. */
function sameGroup(groups: Tensor): Tensor {
  const difference = sub(groups, across(groups));
  return relu(sub(groups.graph.constant(1), mul(difference, difference)));
}

/** A column [B, 1] as a row [1, B]. */
function across(column: Tensor): Tensor {
  return transpose(column, [1, 0]);
}

function sumRows(matrix: Tensor): Tensor {
  return reduceSum(matrix, { axes: [1], keepDims: true });
}
