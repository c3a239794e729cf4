// Personal data in the queries of a log: e-mail addresses, phone numbers, payment cards. A filter of whole queries, not
// a redactor; names, street addresses and other numbers are not looked for. Part numbers, codes, sizes and prices pass.
import { hasCardNumber } from './payment-card.js';
import { hasPhoneNumber } from './phone-number.js';

/** What was found. */
export type PersonalDataKind = 'email' | 'phone' | 'card';

/**
 * A regular expression, for JavaScript without flags and for RE2: a text WITHOUT a match has no personal data. It asks
 * for an address's `x@y.`, or for seven digits with at most four separators between two.
 */
export const PERSONAL_PATTERN = '[^ @]@[^ @]+\\.|[0-9](?:[-. ()/\u2010-\u2013]{0,4}[0-9]){6}';

const PERSONAL = new RegExp(PERSONAL_PATTERN);

/**
 * Local part, `@`, domain with a dot and a last label of letters, as people write them, in any script.
 * Source: RFC 5321, 4.1.2 (`Mailbox`) and RFC 6531, without quoted local parts and address literals.
 */
const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]+@(?:[\p{L}\p{N}][\p{L}\p{N}-]*\.)+\p{L}{2,24}(?![\p{L}\p{N}@])/u;

/**
 * The personal data of a cleaned text; of several kinds the first of e-mail, card, phone. `undefined` if there is none.
 * - `email`: an address with a domain that has a dot and ends in letters;
 * - `card`: 14 to 19 digits in one or in groups as printed, with the prefix of a scheme and a valid check digit;
 * - `phone`: a `+` with 9 to 15 digits, or the brackets or groups of a national format (North America, Britain,
 *   France, Germany, Australia). A number typed without any separator passes: it could be any code.
 * @example findPersonalData('call 415-555-0132') // 'phone'
 */
export function findPersonalData(text: string): PersonalDataKind | undefined {
  if (!PERSONAL.test(text)) return undefined;
  if (EMAIL.test(text)) return 'email';
  if (hasCardNumber(text)) return 'card';
  return hasPhoneNumber(text) ? 'phone' : undefined;
}
