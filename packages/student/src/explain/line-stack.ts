// A stack of dense layers along a line of its inputs: exact integrals of its gradients, by cutting the line where a
// ReLU turns. Between two cuts every value before a ReLU is a polynomial of t of degree 2, and every gradient of one
// linear; so no step of a quadrature has to be chosen. Float64. Knows no features.
import { denseLayer } from '../kernels/dense-layer-skipping.js';
import type { LayerStack, Parameters } from '../model/parameters.js';

/** What the first layer gets at t: `linear` t + `quadratic` t^2, before its weights. [C] each. */
export interface InputLine {
  linear: Float64Array;
  quadratic: Float64Array;
}

/** Values before the ReLU of one layer, as `constant` + `linear` t + `quadratic` t^2. [O] each. */
interface LineLayer {
  weight: Float32Array;
  O: number;
  constant: Float64Array;
  linear: Float64Array;
  quadratic: Float64Array;
  /** 1 where the value is above 0; the last layer has no ReLU and is all 1. */
  active: Uint8Array;
}

/** Cuts nearer than this to each other are one: what lies between is less than the rounding of a sum. */
const SMALLEST_STEP = 1e-13;

/**
 * The state of one stack at a place of the line, which moves from 0 to 1. For use: `nextCut` and `repair` until
 * nothing changes, then `accumulate` for the step; at the end `finish`. A stack without layers is its input.
 */
export class LineStack {
  private readonly layers: LineLayer[];
  /** Gradients before the ReLU of each layer, at one place. */
  private readonly gradients: Float64Array[];
  /** Integrals from 0 of the gradient of what the first layer gives to the second, and of t times it. */
  private readonly behind: Integrals;
  /** The same before the first layer's ReLU, without what is behind a neuron that is still on: see `settle`. */
  private readonly before: Integrals;
  /** The cut that `nextCut` found: where, and which ReLU turns there. */
  private cut = { at: 1, layer: -1, neuron: -1 };
  /** Gradient behind the first layer, which stands as long as no ReLU behind it turns. */
  private gradient: { of: Float64Array; value: Float64Array } | undefined;

  constructor(
    { prefix, sizes }: LayerStack,
    parameters: Parameters,
    private readonly line: InputLine,
  ) {
    this.layers = sizes.map(([, O], layer) => ({
      weight: parameters[`${prefix}.${layer}.weight`],
      O,
      constant: Float64Array.from(parameters[`${prefix}.${layer}.bias`]),
      linear: new Float64Array(O),
      quadratic: new Float64Array(O),
      active: new Uint8Array(O),
    }));
    this.gradients = this.layers.map(({ O }) => new Float64Array(O));
    this.behind = integralsOf(this.layers[1]?.O ?? this.layers[0]?.O ?? line.linear.length);
    this.before = integralsOf(this.layers[0]?.O ?? 0);
    this.start();
  }

  /** Outputs at t. */
  outputs(t: number): Float64Array {
    const last = this.layers.at(-1);
    if (last === undefined) {
      return this.line.linear.map((value, i) => value * t + this.line.quadratic[i] * t * t);
    }
    return last.constant.map((_, output) => valueAt(last, output, t));
  }

  /** Turns every ReLU that is not as it has to be at t, first layer first; whether there was one. */
  repair(t: number): boolean {
    let hasTurned = false;
    for (let index = 0; index + 1 < this.layers.length; index++) {
      const layer = this.layers[index];
      for (let neuron = 0; neuron < layer.O; neuron++) {
        if (valueAt(layer, neuron, t) > 0 === (layer.active[neuron] === 1)) continue;
        this.turn(index, neuron);
        hasTurned = true;
      }
    }
    return hasTurned;
  }

  /** The nearest place behind `from` where a value is 0, at most 1. */
  nextCut(from: number): number {
    const cut = { at: 1, layer: -1, neuron: -1 };
    const offer = (root: number, layer: number, neuron: number): void => {
      // A root that is no number is none.
      if (!(root > from + SMALLEST_STEP && root < cut.at)) return;
      cut.at = root;
      cut.layer = layer;
      cut.neuron = neuron;
    };
    for (let index = 0; index + 1 < this.layers.length; index++) {
      const { constant, linear, quadratic, O } = this.layers[index];
      for (let neuron = 0; neuron < O; neuron++) {
        const a = quadratic[neuron];
        const b = linear[neuron];
        const c = constant[neuron];
        // Most values are too far from 0 to get there before the cut that is known; their roots are not needed.
        const steepest = Math.abs(b) + 2 * Math.abs(a);
        if (Math.abs(c + from * (b + from * a)) > steepest * (cut.at - from)) continue;
        if (a === 0) {
          offer(-c / b, index, neuron);
          continue;
        }
        const square = b * b - 4 * a * c;
        if (square < 0) continue;
        // Without the difference of two near numbers.
        const sum = -0.5 * (b + (b < 0 ? -1 : 1) * Math.sqrt(square));
        offer(sum / a, index, neuron);
        offer(c / sum, index, neuron);
      }
    }
    this.cut = cut;
    return cut.at;
  }

  /**
   * Adds the step between two places without a cut between them, for a gradient of the outputs [O] in its middle that
   * is linear in t; then turns the ReLU that is cut at its end.
   */
  accumulate(dOutputs: Float64Array, from: number, to: number): void {
    if (this.gradient?.of !== dOutputs) {
      this.gradient = { of: dOutputs, value: this.gradientBehind(dOutputs) };
    }
    const step = to - from;
    addScaled(this.behind.plain, this.gradient.value, step);
    addScaled(this.behind.byT, this.gradient.value, (step * (from + to)) / 2);
    const { at, layer, neuron } = this.cut;
    if (at === to && layer >= 0) this.turn(layer, neuron);
  }

  /** Integrals over the whole line of the gradient of the inputs, [C] each: of it, and of t times it. */
  finish(): Integrals {
    if (this.layers.length === 0) return this.behind;
    const { weight, active, O } = this.layers[0];
    if (this.layers.length > 1) {
      for (let neuron = 0; neuron < O; neuron++) {
        if (active[neuron] === 0) continue;
        active[neuron] = 0;
        this.settle(neuron);
      }
    }
    const { plain, byT } = this.layers.length > 1 ? this.before : this.behind;
    const C = this.line.linear.length;
    const inputs = integralsOf(C);
    for (let input = 0; input < C; input++) {
      inputs.plain[input] = dotRow(weight, input, plain);
      inputs.byT[input] = dotRow(weight, input, byT);
    }
    return inputs;
  }

  /** Gradient of what the first layer gives to the second, before the second's ReLU. */
  private gradientBehind(dOutputs: Float64Array): Float64Array {
    let gradient = dOutputs;
    for (let index = this.layers.length - 1; index > 1; index--) {
      const { weight } = this.layers[index];
      const below = this.layers[index - 1];
      const into = this.gradients[index - 1];
      for (let input = 0; input < below.O; input++) {
        into[input] = below.active[input] === 0 ? 0 : dotRow(weight, input, gradient);
      }
      gradient = into;
    }
    return gradient;
  }

  /** Values of every layer at the beginning of the line. */
  private start(): void {
    let { linear, quadratic } = this.line;
    let constant = new Float64Array(linear.length);
    this.layers.forEach((layer, index) => {
      addProduct(layer.constant, constant, layer);
      addProduct(layer.linear, linear, layer);
      addProduct(layer.quadratic, quadratic, layer);
      const isLast = index + 1 === this.layers.length;
      for (let neuron = 0; neuron < layer.O; neuron++) {
        layer.active[neuron] = isLast || layer.constant[neuron] > 0 ? 1 : 0;
      }
      const masked = (values: Float64Array): Float64Array<ArrayBuffer> =>
        values.map((value, neuron) => value * layer.active[neuron]) as Float64Array<ArrayBuffer>;
      constant = masked(layer.constant);
      linear = masked(layer.linear);
      quadratic = masked(layer.quadratic);
    });
  }

  /** Turns one ReLU on or off, and adds what it gives, or takes it away, in every layer behind. */
  private turn(layerIndex: number, neuron: number): void {
    const { active, constant, linear, quadratic } = this.layers[layerIndex];
    active[neuron] = 1 - active[neuron];
    if (layerIndex === 0) this.settle(neuron);
    else this.gradient = undefined;
    const sign = active[neuron] === 1 ? 1 : -1;
    const change = [constant[neuron] * sign, linear[neuron] * sign, quadratic[neuron] * sign];
    // All three coefficients change along one direction, so one product a layer is enough.
    const first = this.layers[layerIndex + 1];
    let direction = Float64Array.from(
      first.weight.subarray(neuron * first.O, (neuron + 1) * first.O),
    );
    for (let index = layerIndex + 1; index < this.layers.length; index++) {
      const layer = this.layers[index];
      addScaled(layer.constant, direction, change[0]);
      addScaled(layer.linear, direction, change[1]);
      addScaled(layer.quadratic, direction, change[2]);
      if (index + 1 === this.layers.length) break;
      const next = new Float64Array(this.layers[index + 1].O);
      for (let i = 0; i < layer.O; i++) if (layer.active[i] === 0) direction[i] = 0;
      addProduct(next, direction, this.layers[index + 1]);
      direction = next;
    }
  }

  /**
   * A neuron of the first layer has turned: its gradient was the same linear function of what is behind it since it
   * was turned on, so its integral is a difference of two integrals behind it, and only turning costs anything.
   */
  private settle(neuron: number): void {
    const sign = this.layers[0].active[neuron] === 1 ? -1 : 1;
    const { weight } = this.layers[1];
    this.before.plain[neuron] += sign * dotRow(weight, neuron, this.behind.plain);
    this.before.byT[neuron] += sign * dotRow(weight, neuron, this.behind.byT);
  }
}

/** Integrals over t of a gradient, and of t times it. */
export interface Integrals {
  plain: Float64Array;
  byT: Float64Array;
}

function integralsOf(length: number): Integrals {
  return { plain: new Float64Array(length), byT: new Float64Array(length) };
}

function valueAt({ constant, linear, quadratic }: LineLayer, neuron: number, t: number): number {
  return constant[neuron] + t * (linear[neuron] + t * quadratic[neuron]);
}

/** out += input weight. */
function addProduct(out: Float64Array, input: Float64Array, { weight, O }: LineLayer): void {
  denseLayer(out, input, weight, out, { B: 1, C: input.length, O, relu: false });
}

function addScaled(out: Float64Array, values: Float64Array, scale: number): void {
  for (let index = 0; index < out.length; index++) out[index] += values[index] * scale;
}

/** Dot product of a row of a weight [C, O] with a vector [O]. */
function dotRow(weight: Float32Array, row: number, vector: Float64Array): number {
  const start = row * vector.length;
  let sum = 0;
  for (let index = 0; index < vector.length; index++) sum += weight[start + index] * vector[index];
  return sum;
}
