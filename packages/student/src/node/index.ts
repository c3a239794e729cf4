// What `@bert2dnn/student/node` offers: loading from disk.
export { loadStudent } from './load-student.js';
export { loadStudentFolder } from './student-folder.js';
