// The demo page: search box, list, explanation, histogram and measured times. Ranking and explaining is the worker's.

import type { Explanation } from '@bert2dnn/student/browser/explain';
import { byId, describe, make } from './elements.js';
import { showExplanation } from './explanation-view.js';
import { HistogramView } from './histogram-view.js';
import { formatBytes, formatCompact, formatCount, formatMs, formatScore } from './numbers.js';
import type { Answer, ModelFacts, RankingState, Request } from './protocol.js';
import { NUM_BINS } from './ranking.js';
import { ResultList } from './result-list.js';
import { StrokeTimes } from './stroke-times.js';

/** Silence after which the counts are spoken, so that typing is not talked over. */
const ANNOUNCE_AFTER_MS = 600;
/** Products that Page Up and Page Down move by. */
const PAGE_STEP = 10;

const input = byId<HTMLInputElement>('query');
const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });

/** The query that was asked last and what is known of it. */
interface Asked {
  id: number;
  query: string;
  /** When its key was pressed. */
  startMs: number;
  /** When its first products were on the page. */
  firstMs?: number;
  state?: RankingState;
}

class Page {
  readonly #list: ResultList;
  readonly #histogram = new HistogramView();
  readonly #times = new StrokeTimes();
  #facts: ModelFacts | undefined;
  #asked: Asked = { id: 0, query: '', startMs: 0 };
  /** Products by index: of the keyboard or a click, and under the pointer. */
  #chosen: number | undefined;
  #pointed: number | undefined;
  #explained: { id: number; index: number; explanation?: Explanation } | undefined;
  #isDrawing = false;
  #announcement = 0;

  constructor() {
    this.#list = new ResultList({
      onPoint: (index) => this.#point(index),
      onChoose: (index) => this.#choose(index),
    });
    input.addEventListener('input', (event) => this.#ask(input.value, event.timeStamp));
    input.addEventListener('keydown', (event) => this.#press(event));
    byId('results').addEventListener('mousedown', (event) => event.preventDefault());
    byId('why').addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#leaveWhy();
    });
    byId('why-close').addEventListener('click', () => this.#leaveWhy());
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data);
    worker.onerror = (event) => showProblem(event.message || 'worker.js: cannot be loaded');
  }

  #take(answer: Answer): void {
    if (answer.kind === 'failed') showProblem(answer.message);
    else if (answer.kind === 'ready') this.#begin(answer.facts);
    else if (answer.kind === 'ranking' && answer.id === this.#asked.id) {
      this.#asked.state = answer;
      this.#drawSoon();
    } else if (answer.kind === 'explanation' && answer.id === this.#explained?.id) {
      if (answer.index !== this.#explained.index) return;
      this.#explained.explanation = answer.explanation;
      this.#drawSoon();
    }
  }

  #begin(facts: ModelFacts): void {
    this.#facts = facts;
    showFacts(facts);
    showExamples(facts.exampleQueries, (query) => {
      input.value = query;
      input.focus();
      this.#ask(query, performance.now());
    });
    input.disabled = false;
    input.value = facts.exampleQueries[0] ?? '';
    this.#ask(input.value, performance.now());
    // What is typed first takes the example's place. A finger asks for the keyboard itself.
    input.addEventListener('focus', () => input.select(), { once: true });
    if (!matchMedia('(pointer: coarse)').matches) input.focus();
  }

  /** Asks the worker; whatever it still does for an older query ends. */
  #ask(query: string, startMs: number): void {
    const { id, state } = this.#asked;
    if (id > 0 && this.#asked.query !== '' && state?.isDone !== true) this.#times.numOvertaken += 1;
    // Taken back when all products are ranked, and on the page.
    byId('results').setAttribute('aria-busy', 'true');
    this.#asked = { id: id + 1, query: query.trim(), startMs };
    this.#chosen = undefined;
    this.#pointed = undefined;
    if (this.#asked.query !== '') send({ kind: 'rank', id: id + 1, query: this.#asked.query });
    else this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { state } = this.#asked;
    const best = state?.best ?? [];
    this.#requestExplanation();
    const explained = this.#explained?.index;
    this.#list.show(best, this.#chosen, explained);
    const isBusy = this.#asked.query !== '' && state?.isDone !== true;
    byId('results').setAttribute('aria-busy', String(isBusy));
    input.setAttribute('aria-expanded', String(best.length > 0));
    const active = this.#list.optionId(this.#chosen);
    if (active === undefined) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', active);
    document.body.classList.toggle('has-chosen', active !== undefined);
    const marked = best.find(({ index }) => index === explained)?.score;
    this.#histogram.show(state?.histogram ?? new Uint32Array(NUM_BINS), marked);
    this.#drawExplanation();
    this.#time();
    this.#drawCounts();
  }

  /** Asks why the product has its score that is pointed at, chosen, or (when all are ranked) the best. */
  #requestExplanation(): void {
    const { id, query, state } = this.#asked;
    const best = state?.isDone === true ? state.best[0]?.index : undefined;
    const index = this.#pointed ?? this.#chosen ?? best;
    if (query === '') this.#explained = undefined;
    if (index === undefined || query === '') return;
    if (this.#explained?.id === id && this.#explained.index === index) return;
    this.#explained = { id, index };
    send({ kind: 'explain', id, query, index });
  }

  #drawExplanation(): void {
    const { index, explanation } = this.#explained ?? {};
    // While a new one is computed the old one stays: no flicker.
    if (this.#explained !== undefined && explanation === undefined) return;
    const product = this.#list.products.find((candidate) => candidate.index === index);
    if (explanation === undefined || product === undefined || this.#facts === undefined) {
      showExplanation(undefined);
      return;
    }
    const { queryField, titleField } = this.#facts;
    const texts = [
      { field: queryField, text: this.#asked.query },
      { field: titleField, text: product.title },
    ];
    showExplanation({ texts, explanation });
  }

  /** Takes the time of the first and of the last state, now that they are on the page. */
  #time(): void {
    const { state, firstMs, startMs } = this.#asked;
    if (state === undefined || this.#facts === undefined) return;
    const tookMs = performance.now() - startMs;
    this.#asked.firstMs ??= tookMs;
    const progress = byId<HTMLProgressElement>('progress');
    const wasDone = progress.dataset.id === String(this.#asked.id);
    progress.value = state.isDone ? 0 : state.numScored / this.#facts.numProducts;
    if (!state.isDone || wasDone) return;
    progress.dataset.id = String(this.#asked.id);
    this.#times.add(tookMs);
    showSpeed(this.#facts, state, {
      firstMs: firstMs ?? tookMs,
      allMs: tookMs,
      times: this.#times,
    });
    this.#announceSoon();
  }

  #drawCounts(): void {
    const { query, state } = this.#asked;
    const numProducts = this.#facts?.numProducts ?? 0;
    const counts =
      query === ''
        ? `Type to rank ${formatCount(numProducts)} products.`
        : `${formatCount(state?.numScored ?? 0)} of ${formatCount(numProducts)} products scored, the best ${state?.best.length ?? 0} shown`;
    byId('counts').textContent = counts;
  }

  #announceSoon(): void {
    clearTimeout(this.#announcement);
    this.#announcement = setTimeout(() => {
      const { query, state } = this.#asked;
      const [best] = state?.best ?? [];
      byId('announcement').textContent =
        best === undefined
          ? ''
          : `${formatCount(state?.numScored ?? 0)} products ranked for ${query}. Best: ${best.title}, score ${formatScore(best.score)}.`;
    }, ANNOUNCE_AFTER_MS) as unknown as number;
  }

  #point(index: number | undefined): void {
    if (index === this.#pointed) return;
    this.#pointed = index;
    this.#drawSoon();
  }

  #choose(index: number | undefined): void {
    this.#chosen = index;
    this.#pointed = undefined;
    this.#drawSoon();
    if (index !== undefined) this.#list.reveal(index);
  }

  #press(event: KeyboardEvent): void {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: PAGE_STEP,
      PageUp: -PAGE_STEP,
    };
    if (event.isComposing) return;
    if (event.key in steps) this.#step(steps[event.key]);
    else if (event.key === 'Enter') this.#enterWhy();
    else if (event.key === 'Escape') this.#back();
    else return;
    event.preventDefault();
  }

  /** Moves the choice; above the first product is the search box alone. */
  #step(by: number): void {
    const { products } = this.#list;
    const at = products.findIndex(({ index }) => index === this.#chosen);
    const next = Math.min(at + by, products.length - 1);
    this.#choose(next < 0 ? undefined : products[next].index);
  }

  #enterWhy(): void {
    if (this.#list.products.length === 0) return;
    if (this.#chosen === undefined) this.#choose(this.#list.products[0].index);
    requestAnimationFrame(() => byId('why').focus());
  }

  #leaveWhy(): void {
    if (document.activeElement !== input) input.focus({ preventScroll: true });
    this.#choose(undefined);
  }

  /** Escape: first the choice goes, then the text. */
  #back(): void {
    if (this.#chosen !== undefined) {
      this.#choose(undefined);
      return;
    }
    input.value = '';
    this.#ask('', performance.now());
  }
}

function send(request: Request): void {
  worker.postMessage(request);
}

function showProblem(message: string): void {
  const problem = byId('problem');
  problem.textContent = message;
  problem.hidden = false;
  byId('counts').textContent = '';
}

function showFacts(facts: ModelFacts): void {
  document.title = `${facts.name}, ranked in this browser`;
  byId('name').textContent = facts.name;
  document
    .querySelector('label[for=query]')
    ?.replaceChildren(`Search ${formatCount(facts.numProducts)} products`);
  describe(byId('facts'), [
    ['model', `${facts.preset} student`],
    ['parameters', formatCompact(facts.numParameters)],
    ['size', `${formatBytes(facts.modelSizeBytes)}, ${facts.precision}`],
    ['executor', facts.executor],
    ['ready in', formatMs(facts.loadMs)],
  ]);
}

function showExamples(queries: readonly string[], onPick: (query: string) => void): void {
  const buttons = queries.map((query) => {
    const button = make('button', 'example', query);
    button.setAttribute('type', 'button');
    button.addEventListener('click', () => onPick(query));
    return button;
  });
  byId('examples').replaceChildren('Try', ...buttons);
  byId('examples').hidden = queries.length === 0;
}

function showSpeed(
  facts: ModelFacts,
  state: RankingState,
  { firstMs, allMs, times }: { firstMs: number; allMs: number; times: StrokeTimes },
): void {
  const perPair = (state.scoringMs * 1000) / state.numScored;
  const [p50, p99] = [times.quantile(0.5), times.quantile(0.99)];
  describe(byId('speed'), [
    ['first products', formatMs(firstMs)],
    [`all ${formatCount(facts.numProducts)}`, formatMs(allMs)],
    ['a pair', `${perPair.toFixed(perPair < 10 ? 1 : 0)} µs`],
    ['key strokes', `${times.count}, ${times.numOvertaken} overtaken`],
    ['median', formatMs(p50)],
    ['99 of 100 within', formatMs(p99)],
  ]);
}

new Page();
