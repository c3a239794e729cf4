// An explanation as a page: self-contained, without scripts, for light and dark. Sign is told by number, side of the bar
// and kind of underline, never by colour alone. Everything that comes from texts is escaped.
import type { Contribution, Explanation, WordContribution } from './explanation.js';
import { type ExplanationFigures, figuresOf, formatSigned } from './explanation-figures.js';

/** How an explanation is written as HTML. */
export interface ExplanationHtmlOptions {
  /** Features written; the rest is one line. Default 30. */
  top?: number;
  /** The texts as they were given, by field: words are marked in them. Default: the words as the student reads them. */
  texts?: Readonly<Record<string, string>>;
  /** Only the section with its style, to be put into a page. Default false. */
  fragment?: boolean;
}

const STYLE = `.b2d{--pos:26,127,55;--neg:207,34,46;--line:#d0d7de;--dim:#59636e;color:#1f2328;background:#fff;font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:auto;padding:1rem}
@media(prefers-color-scheme:dark){.b2d{--pos:63,185,80;--neg:248,81,73;--line:#3d444d;--dim:#9198a1;color:#f0f6fc;background:#0d1117}}
.b2d h1{font-size:1.25rem;margin:0}.b2d h2{font-size:1rem;margin:1.25rem 0 .25rem}.b2d p{margin:.25rem 0}.b2d .dim{color:var(--dim)}
.b2d .text{line-height:2.6;white-space:pre-wrap;overflow-wrap:anywhere}
.b2d mark{color:inherit;background:rgba(var(--c),var(--a));border-bottom:2px solid rgb(var(--c));padding:.1em .2em;border-radius:3px 3px 0 0}
.b2d mark.neg{border-bottom-style:dashed}.b2d mark small{font-size:.7em;padding-left:.3em;font-variant-numeric:tabular-nums}
.b2d mark.nil{border-bottom:2px dotted var(--line)}.b2d .nil{--c:var(--pos)}.b2d .pos{--c:var(--pos)}.b2d .neg{--c:var(--neg)}
.b2d table{border-collapse:collapse;width:100%}.b2d th,.b2d td{text-align:left;padding:.2rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
.b2d .num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.b2d .block{white-space:nowrap}.b2d td.bar{width:9rem}
.b2d .bar span{display:block;height:.9em;margin-top:.3em;background:rgb(var(--c));border-radius:2px;min-width:1px}
.b2d .bar .neg{background:repeating-linear-gradient(45deg,rgb(var(--c)) 0 4px,rgba(var(--c),.5) 4px 7px)}`;
const PAGE_STYLE =
  'html{color-scheme:light dark;background:#fff}@media(prefers-color-scheme:dark){html{background:#0d1117}}body{margin:0}';

/** A whole page, or a section of one. */
export function explanationToHtml(
  explanation: Explanation,
  { top = 30, texts = {}, fragment = false }: ExplanationHtmlOptions = {},
): string {
  const figures = figuresOf(explanation, top);
  const fields = figures.fields.map(({ field, total, words }) => {
    const own = Object.hasOwn(texts, field) ? texts[field] : undefined;
    return `<h2>${escapeHtml(field)} <span class="dim">${formatSigned(total)}</span></h2><p class="text">${markWords(words, own, figures.largestWord)}</p>`;
  });
  const section = `<section class="b2d" lang="en"><style>${STYLE}</style><h1>${escapeHtml(figures.headline)}</h1><p class="dim">${escapeHtml(figures.sum)}</p>
${fields.join('\n')}
${featureTable(figures)}</section>`;
  if (fragment) return section;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(figures.headline)}</title><style>${PAGE_STYLE}</style></head>
<body>${section}</body></html>
`;
}

function featureTable({ top, rest, largestFeature, blocks }: ExplanationFigures): string {
  const rows = top.map((feature) => featureRow(feature, largestFeature)).join('\n');
  const others = rest === undefined ? '' : `<p class="dim">${rest}</p>`;
  return `<h2>Features</h2><p class="dim">By block: ${escapeHtml(blocks)}</p><table><thead><tr><th class="num" scope="col">Adds</th><th scope="col">Less | more</th><th scope="col">Feature</th><th scope="col">Block</th></tr></thead><tbody>
${rows}
</tbody></table>${others}`;
}

function featureRow(
  { contribution, feature, block, count }: Contribution,
  largest: number,
): string {
  const width = largest === 0 ? 0 : (Math.abs(contribution) / largest) * 50;
  const left = contribution < 0 ? 50 - width : 50;
  const sign = signOf(contribution);
  const times = count > 1 ? ` <span class="dim">${count} times</span>` : '';
  return `<tr><td class="num">${formatSigned(contribution)}</td><td class="bar"><span class="${sign}" style="width:${width.toFixed(1)}%;margin-left:${left.toFixed(1)}%"></span></td><td>${escapeHtml(feature)}${times}</td><td class="dim block">${escapeHtml(block)}</td></tr>`;
}

/** The words of a field, marked in its text, or one behind the other; those without a place come last. */
function markWords(
  words: readonly WordContribution[],
  text: string | undefined,
  largest: number,
): string {
  if (text === undefined) return words.map((word) => markWord(word, word.word, largest)).join(' ');
  const placed = words.filter(({ start }) => start >= 0).sort((a, b) => a.start - b.start);
  let html = '';
  let position = 0;
  const left = words.filter(({ start }) => start < 0);
  for (const word of placed) {
    if (word.start < position || word.end > text.length) {
      left.push(word);
      continue;
    }
    html += escapeHtml(text.slice(position, word.start));
    html += markWord(word, text.slice(word.start, word.end), largest);
    position = word.end;
  }
  html += escapeHtml(text.slice(position));
  if (left.length === 0) return html;
  const others = left.map((word) => markWord(word, word.word, largest)).join(' ');
  return `${html} <span class="dim">also read:</span> ${others}`;
}

function markWord(
  { contribution, word }: WordContribution,
  shown: string,
  largest: number,
): string {
  const share = largest === 0 ? 0 : Math.abs(contribution) / largest;
  return `<mark class="${signOf(contribution)}" style="--a:${(share * 0.6).toFixed(2)}" title="${escapeHtml(word)}">${escapeHtml(shown)}<small>${formatSigned(contribution)}</small></mark>`;
}

/** What is 0.00 as printed has no sign. */
function signOf(contribution: number): 'neg' | 'pos' | 'nil' {
  if (formatSigned(contribution) === '0.00') return 'nil';
  return contribution < 0 ? 'neg' : 'pos';
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
