// The distribution of the scores of all products, and where the explained one stands in it.
import { byId, make } from './elements.js';
import { formatCount } from './numbers.js';
import { NUM_BINS } from './ranking.js';

const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT] = [NUM_BINS * 8, 44];

/** Bars of equal width over 0..1; heights are square roots, or the few good ones could not be seen. */
export class HistogramView {
  readonly #picture = document.createElementNS(SVG, 'svg');
  readonly #bars: SVGRectElement[] = [];
  readonly #marker = document.createElementNS(SVG, 'path');

  constructor() {
    this.#picture.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT + 8}`);
    this.#picture.setAttribute('role', 'img');
    this.#picture.setAttribute('aria-label', 'No scores yet');
    for (let bin = 0; bin < NUM_BINS; bin++) {
      const bar = document.createElementNS(SVG, 'rect');
      bar.setAttribute('x', String(bin * 8 + 1));
      bar.setAttribute('width', '6');
      this.#bars.push(bar);
    }
    this.#marker.setAttribute('class', 'marker');
    this.#picture.append(...this.#bars, this.#marker);
    const axis = make(
      'div',
      'axis',
      make('span', '', '0'),
      make('span', '', 'score; heights are square roots of counts'),
      make('span', '', '1'),
    );
    byId('histogram').append(this.#picture, axis);
  }

  /** `marked` is the score of the explained product. */
  show(histogram: Uint32Array, marked: number | undefined): void {
    const highest = Math.sqrt(Math.max(1, ...histogram));
    for (const [bin, bar] of this.#bars.entries()) {
      const height = (Math.sqrt(histogram[bin]) / highest) * HEIGHT;
      bar.setAttribute('y', String(HEIGHT - height));
      bar.setAttribute('height', String(height));
    }
    const x = (marked ?? 0) * WIDTH;
    const triangle = `M${x} ${HEIGHT + 1}l4 6h-8z`;
    this.#marker.setAttribute('d', marked === undefined ? '' : triangle);
    const above = histogram.subarray(NUM_BINS / 2).reduce((sum, count) => sum + count, 0);
    const all = histogram.reduce((sum, count) => sum + count, 0);
    const label =
      all === 0
        ? 'No scores yet'
        : `${formatCount(above)} of ${formatCount(all)} products score 0.5 or more`;
    this.#picture.setAttribute('aria-label', label);
  }
}
