// A vitest reporter: lists what was skipped and why and the errors that no test case owns, and closes with one line,
// `N passed, N failed[, N skipped]`.

export default class CountReporter {
  #counts = { passed: 0, failed: 0, skipped: 0 };
  #skipped = [];

  onTestCaseResult(testCase) {
    const { state, note } = testCase.result();
    if (state in this.#counts) this.#counts[state] += 1;
    if (state === 'skipped')
      this.#skipped.push(`${testCase.fullName}: ${note ?? 'no reason given'}`);
  }

  onTestRunEnd(modules, unhandledErrors) {
    // A file that cannot be read or a hook that throws fails no test case, but the run.
    const broken = modules
      .flatMap((module) => [module, ...module.children.allSuites()])
      .filter((part) => part.errors().length > 0).length;
    const failed = this.#counts.failed + broken + unhandledErrors.length;
    // The default reporter prints its summary after this hook; the count has to stay last.
    process.on('exit', () => {
      for (const { stack, message, cause } of unhandledErrors) {
        const reason = cause === undefined ? '' : `\n  because of ${cause.stack ?? cause.message}`;
        console.log(`outside the tests: ${stack ?? message}${reason}`);
      }
      for (const line of this.#skipped) console.log(`skipped: ${line}`);
      const tail = this.#counts.skipped > 0 ? `, ${this.#counts.skipped} skipped` : '';
      console.log(`${this.#counts.passed} passed, ${failed} failed${tail}`);
    });
  }
}
