// The options of verbs that read rows: what becomes of bad ones.
import { BAD_ROW_POLICIES, MAX_TEXT_CHARACTERS } from '../../data/index.js';
import { choice, integer } from '../options.js';

/** What a row that is wrong does, and from which length on a text is wrong. */
export const BAD_ROW_OPTIONS = {
  badRows: choice(
    'A row that is wrong (cells, quotes, JSON, encoding, label, weight, length): fail stops at the first, skip leaves them out and counts them.',
    BAD_ROW_POLICIES,
    'fail',
  ),
  maxTextCharacters: integer(
    'Longest text, in UTF-16 units; a row with a longer one is wrong.',
    MAX_TEXT_CHARACTERS,
  ),
};
