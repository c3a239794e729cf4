// Tells what a file is that is no model.
import { StudentError } from '../errors.js';

/**
 * Nothing for what may be a model.
 * @throws {StudentError} STUDENT_INVALID for files that are most often taken for one, so that nobody has to read of header
 * lengths.
 */
export function checkKind(bytes: Uint8Array): void {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  const kind = KINDS.find(({ begins }) => begins.some((text) => start.startsWith(text)));
  if (kind === undefined) return;
  const message = `got ${kind.name}, expected a model in one file`;
  throw new StudentError('STUDENT_INVALID', message, { hint: kind.hint });
}

const KINDS = [
  {
    name: 'a web page',
    begins: ['<!doctype', '<html', '<?xml', '<head', '<body'],
    hint: 'The address answers with a page: check it, and that the server has the file.',
  },
  {
    name: 'JSON',
    begins: ['{"', '{\n', '{\r\n', '{ '],
    hint: 'Is it student.json? Then load its folder, or {json, weights}; bert2dnn export --format b2d makes one file.',
  },
  {
    name: 'a Git LFS pointer',
    begins: ['version https://git-lfs'],
    hint: 'Fetch the file itself: git lfs pull.',
  },
];
