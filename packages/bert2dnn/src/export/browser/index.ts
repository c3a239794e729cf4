// The demo page as a folder: what other files may use of it.
export { type BrowserSite, type BrowserSiteOptions, writeBrowserSite } from './browser-site.js';
export { MAX_PRODUCTS } from './catalogue-file.js';
export { type StaticServer, serveFolder } from './static-server.js';
