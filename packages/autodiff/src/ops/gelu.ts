// The Gaussian error linear unit, exact and by tanh. One node forward; in training the exact one keeps the share of x
// that it lets through, which the gradient needs as well.
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { float, type OnnxBuilder, text } from '../onnx/builder.js';
import { erf as erfOf } from '../reference/special-functions.js';
import { mapValues } from '../reference/values.js';
import { add, div, mul, sub } from './arithmetic.js';
import { exp, tanh } from './elementwise.js';

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
  // Its minimum is -0.16997 at -0.7518, by tanh -0.17004.
  lowest: -0.1701,
  infer: ([x], { approximate }) => {
    requireDataType(x, ['float32'], 'gelu');
    const type = { shape: x.shape, dtype: 'float32' as const };
    return approximate === 'tanh' ? [type] : [type, type];
  },
  evaluate: ([x], { approximate }) => {
    if (approximate === 'tanh') return [mapValues(x, tanhGelu)];
    return [mapValues(x, (value) => value * normalShare(value)), mapValues(x, normalShare)];
  },
  emit: ([x], { approximate }, { builder, node, isUsed }) => {
    const [, share] = node.outputs;
    if (share !== undefined && isUsed(share)) return emitWithShare(x, builder);
    return builder.node('Gelu', [x], { approximate: text(approximate) });
  },
  gradient: (d, { inputs: [x], outputs: [, share] }) => [
    mul(d, share === undefined ? tanhSlope(x) : erfSlope(x, share)),
  ],
};

/** GELU(x). @throws AutodiffError DTYPE_MISMATCH */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  const { approximate = 'none' } = options;
  return applyOperation(geluOperation, [x], { approximate })[0];
}

/** The normal distribution function. */
function normalShare(x: number): number {
  return 0.5 * (1 + erfOf(x * Math.SQRT1_2));
}

function tanhGelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(TANH_SCALE * (x + TANH_CUBIC * x ** 3)));
}

/** x times its share, and the share: HardSigmoid halves and shifts in one pass, and cuts nothing off. */
function emitWithShare(x: string, builder: OnnxBuilder): string[] {
  const u = builder.node('Mul', [x, builder.scalar(Math.SQRT1_2)]);
  const erf = builder.node('Erf', u);
  const share = builder.node('HardSigmoid', erf, { alpha: float(0.5), beta: float(0.5) });
  return [...builder.node('Mul', [x, share[0]]), ...share];
}

/** With u = x / sqrt(2): the share + u exp(-u^2) / sqrt(pi). A quotient saves a pass for the sign. */
function erfSlope(x: Tensor, share: Tensor): Tensor {
  const u = mul(x, Math.SQRT1_2);
  return add(share, mul(div(u, exp(mul(u, u))), 1 / Math.sqrt(Math.PI)));
}

/** With t = tanh(s (x + c x^3)): (1 + t) / 2 + x (1 - t^2) s (1 + 3 c x^2) / 2. */
function tanhSlope(x: Tensor): Tensor {
  const square = mul(x, x);
  const t = tanh(mul(mul(x, TANH_SCALE), add(mul(square, TANH_CUBIC), 1)));
  const inner = mul(mul(x, TANH_SCALE), add(mul(square, 3 * TANH_CUBIC), 1));
  return mul(add(add(t, 1), mul(inner, sub(1, mul(t, t)))), 0.5);
}
