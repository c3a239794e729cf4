// What `@bert2dnn/student/explain` offers: why an example got its score. Apart, so that who only scores does not load it.
export { EXPLAIN_METHODS, type ExplainMethod } from './attribution.js';
export { type ExplainableStudent, explain } from './explain.js';
export type {
  Contribution,
  ExplainOptions,
  Explanation,
  WordContribution,
} from './explanation.js';
export { type ExplanationHtmlOptions, explanationToHtml } from './explanation-html.js';
export { type ExplanationTextOptions, explanationToText } from './explanation-text.js';
