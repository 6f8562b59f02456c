/**
 * Runs spec files in this page, one after the other, as if each had a page of its own: a suite with
 * the path of the file holds what the file registers. It needs mocha's globals. A hook outside of a
 * suite would run for the other files too, so no spec has one.
 *
 * @param {readonly string[]} files Relative to the root.
 */
export async function runInOnePage(files) {
  for (const file of files) {
    const whole = describe(file, () => {});
    const { suites, tests } = /** @type {Mocha.Suite} */ (whole.parent);
    const before = suites.length;
    await import(`/${file}`).catch((/** @type {unknown} */ error) =>
      describe('the file', () => it('is imported', () => Promise.reject(error))),
    );
    for (const suite of suites.splice(before)) whole.addSuite(suite);
    for (const test of tests.splice(0)) whole.addTest(test);
  }
}
