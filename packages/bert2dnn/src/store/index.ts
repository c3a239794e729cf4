// What the other folders take of object stores.
export { fetchFile, fetchFiles, fetchFolder, fingerprintStored } from './fetched-files.js';
export { LocalFolder } from './local-folder.js';
export { openOutputFolder } from './open-output-folder.js';
export { type OutputFolder, type PlacedFile, putJson } from './output-folder.js';
export { isStoreUri } from './store-uri.js';
