// What `@bert2dnn/student/node` offers: loading from disk.
export { loadStudentFolder } from './student-folder.js';
