// The loss of a student: one of single rows, weighted, and beside it one that compares the rows of a list.
import {
  add,
  type Graph,
  logSoftmax,
  mul,
  neg,
  reduceMean,
  reduceSum,
  sigmoid,
  softplus,
  sub,
  type Tensor,
} from '@bert2dnn/autodiff';
import { labelLogits, listwiseLoss, pairwiseLoss, type Ranking } from './ranking-loss.js';

/** Losses of single rows that a student can be trained on. */
export const LOSSES = ['soft-cross-entropy', 'margin-mse'] as const;

/**
 * `soft-cross-entropy`: sigmoid (softmax for classes) cross-entropy against the soft label.
 * `margin-mse`: squared difference of the student's logit and margin / T; one output only.
 */
export type Loss = (typeof LOSSES)[number];

/** A ranking loss beside that of single rows. */
export interface RankingSettings {
  ranking: Ranking;
  /** Share of the ranking loss, above 0 and at most 1; with 1 the logits say nothing but an order. */
  share: number;
  /** Of `listwise`, > 0. */
  temperature: number;
}

/** What a loss is made of. */
export interface LossOptions {
  loss: Loss;
  /** With `margin-mse`: whether some rows have gold labels. Default `false`. */
  hasHardLabels?: boolean;
  /** Whether rows count differently. Default `false`. */
  hasWeights?: boolean;
  /** One output only. Default: none. */
  ranking?: RankingSettings;
}

/**
 * Adds the loss, a scalar, to the graph of `logits [B, C]`. Inputs: `targets` [B, C] (soft labels, or logits for
 * `margin-mse`); with `hasHardLabels` also `hardLabels` and `hardShares` [B, 1], the share of the hard loss row by row; with
 * `hasWeights` `weights` [B, 1], whose mean over all rows should be 1; with `ranking` `groups` [B, 1].
 */
export function buildLoss(graph: Graph, logits: Tensor, options: LossOptions): Tensor {
  const { loss, hasHardLabels = false, hasWeights = false, ranking } = options;
  const targets = graph.input('targets', ['B', logits.shape[1]]);
  const rowLosses =
    loss === 'margin-mse'
      ? marginLosses(graph, { logits, targets, hasHardLabels })
      : crossEntropies(logits, targets);
  const weights = hasWeights ? graph.input('weights', ['B', 1]) : undefined;
  const pointwise = reduceMean(weights === undefined ? rowLosses : mul(rowLosses, weights));
  if (ranking === undefined) return pointwise;
  const rows = { logits, groups: graph.input('groups', ['B', 1]), weights };
  const areLogits = loss === 'margin-mse';
  const compared =
    ranking.ranking === 'pairwise'
      ? pairwiseLoss(rows, areLogits ? sigmoid(targets) : targets)
      : listwiseLoss(rows, areLogits ? targets : labelLogits(targets), ranking.temperature);
  if (ranking.share === 1) return compared;
  return add(
    mul(pointwise, graph.constant(1 - ranking.share)),
    mul(compared, graph.constant(ranking.share)),
  );
}

/** [B, 1]. Cross-entropy is linear in the target: hard labels are mixed into the soft ones before they are fed. */
function crossEntropies(logits: Tensor, targets: Tensor): Tensor {
  if (logits.shape[1] === 1) return sub(softplus(logits), mul(logits, targets));
  return neg(reduceSum(mul(targets, logSoftmax(logits)), { axes: [1], keepDims: true }));
}

/** [B, 1] */
function marginLosses(
  graph: Graph,
  { logits, targets, hasHardLabels }: { logits: Tensor; targets: Tensor; hasHardLabels: boolean },
): Tensor {
  const difference = sub(logits, targets);
  const squares = mul(difference, difference);
  if (!hasHardLabels) return squares;
  const hardLabels = graph.input('hardLabels', ['B', 1]);
  const hardShares = graph.input('hardShares', ['B', 1]);
  const softLoss = mul(sub(graph.constant(1), hardShares), squares);
  return add(softLoss, mul(hardShares, crossEntropies(logits, hardLabels)));
}
