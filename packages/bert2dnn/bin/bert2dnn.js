#!/usr/bin/env node
// A file that is there before the build, so that `npm ci` in a fresh clone links the command.
import '../dist/cli/main.js';
