// The Gaussian error linear unit, exact and by tanh. One node forward; the gradient is composed.
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { text } from '../onnx/builder.js';
import { erf as erfOf } from '../reference/special-functions.js';
import { mapValues } from '../reference/values.js';
import { add, mul, neg, sub } from './arithmetic.js';
import { erf, exp, tanh } from './elementwise.js';

/** Options of `gelu`. */
export interface GeluOptions {
  /** `none`: x times the normal distribution function; `tanh`: its approximation. Default: none. */
  approximate?: 'none' | 'tanh';
}

type GeluAttributes = Required<GeluOptions>;

/** Coefficients of the tanh form. Source: Hendrycks & Gimpel, Gaussian Error Linear Units, 2016. */
const TANH_SCALE = Math.sqrt(2 / Math.PI);
const TANH_CUBIC = 0.044715;

const geluOperation: Operation<GeluAttributes> = {
  type: 'gelu',
  infer: ([x]) => {
    requireDataType(x, ['float32'], 'gelu');
    return [{ shape: x.shape, dtype: 'float32' }];
  },
  evaluate: ([x], { approximate }) => [mapValues(x, approximate === 'tanh' ? tanhGelu : erfGelu)],
  emit: ([x], { approximate }, { builder }) =>
    builder.node('Gelu', [x], { approximate: text(approximate) }),
  gradient: (d, { inputs: [x], attributes: { approximate } }) => [
    mul(d, approximate === 'tanh' ? tanhSlope(x) : erfSlope(x)),
  ],
};

/** GELU(x). @throws AutodiffError DTYPE_MISMATCH */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  const { approximate = 'none' } = options;
  return applyOperation(geluOperation, [x], { approximate })[0];
}

function erfGelu(x: number): number {
  return 0.5 * x * (1 + erfOf(x * Math.SQRT1_2));
}

function tanhGelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(TANH_SCALE * (x + TANH_CUBIC * x ** 3)));
}

/** With u = x / sqrt(2): (1 + erf(u)) / 2 + u exp(-u^2) / sqrt(pi). */
function erfSlope(x: Tensor): Tensor {
  const u = mul(x, Math.SQRT1_2);
  const density = mul(u, exp(neg(mul(u, u))));
  return mul(add(add(erf(u), mul(density, 2 / Math.sqrt(Math.PI))), 1), 0.5);
}

/** With t = tanh(s (x + c x^3)): (1 + t) / 2 + x (1 - t^2) s (1 + 3 c x^2) / 2. */
function tanhSlope(x: Tensor): Tensor {
  const square = mul(x, x);
  const t = tanh(mul(mul(x, TANH_SCALE), add(mul(square, TANH_CUBIC), 1)));
  const inner = mul(mul(x, TANH_SCALE), add(mul(square, 3 * TANH_CUBIC), 1));
  return mul(add(add(t, 1), mul(inner, sub(1, mul(t, t)))), 0.5);
}
