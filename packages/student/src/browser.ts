// What the browser bundle offers: loading, scoring, and the words of a text. Not what trainers need; that is `index.ts`.
// First, so that the text of the kernels does not part the code: gzip sees what repeats within 32 kB.
import './wasm/kernel-modules.js';

export { StudentError, type StudentErrorCode } from './errors.js';
export type { Explanation } from './explain/explanation.js';
export {
  loadStudent,
  type StudentFolderContent,
  type StudentSource,
} from './format/load-student.js';
export { parseStudent, type SerializedStudent } from './format/student-file.js';
export { sigmoid } from './kernels/probabilities.js';
export type { StudentDefinition } from './model/definition.js';
export type { Example } from './model/example.js';
export { parameterShapes } from './model/parameters.js';
export type { Precision } from './model/stored-parameters.js';
export type { Score, Student } from './model/student.js';
export { normalizeText } from './text/normalize.js';
export { splitWords } from './text/words.js';
