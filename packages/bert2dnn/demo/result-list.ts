// The list of products: rows are made once and filled anew at each state, so that a key stroke moves no element.
import { byId, make } from './elements.js';
import { formatScore } from './numbers.js';
import type { RankedProduct } from './protocol.js';

/** A row and its parts. */
interface Row {
  element: HTMLElement;
  title: HTMLElement;
  details: HTMLElement;
  score: HTMLElement;
  bar: HTMLElement;
}

/** What the list tells of. `index` is the product's. */
export interface ListEvents {
  /** The pointer moved to a product, or left the list (`undefined`). */
  onPoint(index: number | undefined): void;
  /** A product was clicked. */
  onChoose(index: number): void;
}

/** A listbox whose rows are options; the keyboard's place in it is `aria-activedescendant` of the search box. */
export class ResultList {
  readonly #list = byId('results');
  readonly #rows: Row[] = [];
  #products: readonly RankedProduct[] = [];

  constructor(events: ListEvents) {
    const productAt = (event: Event): RankedProduct | undefined => {
      const row = (event.target as Element).closest('[role=option]');
      return this.#products[this.#rows.findIndex(({ element }) => element === row)];
    };
    this.#list.addEventListener('pointermove', (event) => {
      if (event.pointerType === 'mouse') events.onPoint(productAt(event)?.index);
    });
    this.#list.addEventListener('pointerleave', () => events.onPoint(undefined));
    this.#list.addEventListener('click', (event) => {
      const product = productAt(event);
      if (product !== undefined) events.onChoose(product.index);
    });
  }

  /** The products that are shown, best first. */
  get products(): readonly RankedProduct[] {
    return this.#products;
  }

  /** Shows products; `chosen` is that of the keyboard, `explained` the one whose explanation is shown. */
  show(products: readonly RankedProduct[], chosen?: number, explained?: number): void {
    this.#products = products;
    while (this.#rows.length < products.length) this.#rows.push(this.#addRow());
    for (const [at, row] of this.#rows.entries()) {
      const product = products[at];
      row.element.hidden = product === undefined;
      if (product === undefined) continue;
      fillRow(row, product);
      row.element.setAttribute('aria-selected', String(product.index === chosen));
      row.element.classList.toggle('explained', product.index === explained);
    }
  }

  /** Id of the option of a product that is shown. */
  optionId(index: number | undefined): string | undefined {
    const at = this.#products.findIndex((product) => product.index === index);
    return at < 0 ? undefined : this.#rows[at].element.id;
  }

  /** Brings a product's row into view. */
  reveal(index: number): void {
    const at = this.#products.findIndex((product) => product.index === index);
    this.#rows[at]?.element.scrollIntoView({ block: 'nearest' });
  }

  #addRow(): Row {
    const [title, details] = [make('span', 'title'), make('span', 'details')];
    const [score, bar] = [make('span', 'score'), make('span', 'bar')];
    const text = make('span', 'text', title, details);
    const element = make('div', 'row', text, make('span', 'measure', score, bar));
    element.id = `option-${this.#rows.length + 1}`;
    element.setAttribute('role', 'option');
    this.#list.append(element);
    return { element, title, details, score, bar };
  }
}

function fillRow(row: Row, product: RankedProduct): void {
  row.title.textContent = product.title;
  row.details.textContent = product.details
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ');
  row.score.textContent = formatScore(product.score);
  row.bar.style.setProperty('--share', String(product.score));
}
