// From where a graded label counts as positive, for every stage that must say yes or no.

/** The part of 0..1 at and above which a graded label is positive unless the user says otherwise: the upper third. */
export const POSITIVE_LABEL = 2 / 3;

/** Labels below a cut by less than this are at it: grades mapped to 0..1 are seldom exact thirds. */
export const LABEL_TOLERANCE = 1e-9;

/** Whether a label in 0..1 is at or above `cut`. */
export function isPositiveLabel(label: number, cut = POSITIVE_LABEL): boolean {
  return label >= cut - LABEL_TOLERANCE;
}
