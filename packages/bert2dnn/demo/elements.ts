// Making and finding elements. Text is always set as text, so that a catalogue cannot bring markup into the page.

/** The element of the page with this id. @throws Error if there is none. */
export function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html: no element with the id ${id}`);
  return element as T;
}

/** An element with a class and children, which may be texts. */
export function make(tag: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...children);
  return element;
}

/** Entries of a description list. */
export function describe(list: HTMLElement, entries: readonly (readonly [string, string])[]): void {
  list.replaceChildren(
    ...entries.map(([name, value]) => make('div', '', make('dt', '', name), make('dd', '', value))),
  );
}
