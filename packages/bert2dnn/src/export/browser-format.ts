// The format `browser`: a search page over a catalogue that ranks on the visitor's device.
import { writeBrowserSite } from './browser/browser-site.js';
import type { ExportFormat, PageOptions } from './export-format.js';

export const browserFormat: ExportFormat = {
  summary: 'a search page that ranks --catalogue on the device; a folder for any web server',
  // `exportStudent` has checked that there is a page.
  write: (student, out, { page }) => writeBrowserSite({ student, out, ...(page as PageOptions) }),
};
