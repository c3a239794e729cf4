// The public door of @bert2dnn/autodiff: every name that may be imported. No code.
export {
  type DropoutMaskOptions,
  effectiveDropoutRate,
  fillDropoutMask,
} from './dropout-mask.js';
export { AUTODIFF_ERROR_CODES, AutodiffError, type AutodiffErrorCode } from './errors.js';
export { type GradientOptions, gradients } from './gradients.js';
export type { DataType } from './graph/data-type.js';
export { type Dim, multiplyDims } from './graph/dimension.js';
export type { Feed } from './graph/feeds.js';
export { Graph } from './graph/graph.js';
export type { DropoutMask, GraphContext, Tensor } from './graph/tensor.js';
export {
  constantRate,
  constantWarmup,
  cosineWarmup,
  type LearningRateSchedule,
  type LinearWarmupOptions,
  linearWarmup,
  type WarmupOptions,
} from './learning-rate.js';
export { float, int, ints, OnnxBuilder, text, texts } from './onnx/builder.js';
export { type EmitOptions, emitOnnx } from './onnx/emit.js';
export {
  encodeModel,
  type OnnxAttribute,
  type OnnxElementType,
  type OnnxInitializer,
  type OnnxModel,
  type OnnxNode,
  type OnnxTextInitializer,
  type OnnxValueInfo,
} from './onnx/model.js';
export type { Waiting } from './onnx/runtime.js';
export { add, div, mul, neg, type Operand, sub } from './ops/arithmetic.js';
export { type DropoutOptions, dropout } from './ops/dropout.js';
export { erf, exp, log, relu, sigmoid, sign, softplus, sqrt, tanh } from './ops/elementwise.js';
export { gather } from './ops/gather.js';
export { type GeluOptions, gelu } from './ops/gelu.js';
export { type LayerNormOptions, layerNorm } from './ops/layer-norm.js';
export { meanSquaredError, sigmoidCrossEntropy, softmaxCrossEntropy } from './ops/losses.js';
export { type LinearOptions, linear, type MatmulOptions, matmul } from './ops/matmul.js';
export { reduceMax, reduceMean, sizeOf } from './ops/reduce.js';
export { reshape, transpose } from './ops/reshape.js';
export { cast, where } from './ops/select.js';
export { concat, type SliceOptions, slice } from './ops/slice.js';
export { logSoftmax, softmax } from './ops/softmax.js';
export { sparseCrossEntropy } from './ops/sparse-cross-entropy.js';
export { broadcastTo, type ReduceOptions, reduceSum } from './ops/sum.js';
export { Adagrad, type AdagradOptions } from './optimizers/adagrad.js';
export { AdamW, type AdamWOptions } from './optimizers/adamw.js';
export { clipByGlobalNorm } from './optimizers/clip.js';
export type { FloatArray, Gradient, Optimizer, StepOptions } from './optimizers/optimizer.js';
export { Sgd } from './optimizers/sgd.js';
export {
  evaluateReference,
  type ReferenceFeed,
  type ReferenceOptions,
} from './reference/evaluate.js';
export type { Values } from './reference/values.js';
export type { TrainingStepOptions } from './session/gradient-plan.js';
export {
  OnnxSession,
  type OnnxSessionOptions,
  type OnnxValue,
} from './session/onnx-session.js';
export type { MaskSeed } from './session/runtime-feeds.js';
export { type Result, type RunOptions, Session, type SessionOptions } from './session/session.js';
export {
  TrainingStep,
  type TrainingStepResult,
  type TrainingStepRun,
} from './session/training-step.js';
