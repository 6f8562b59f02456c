/**
 * What a framework gives to a running test: Mocha by `this`, Vitest and others by the first argument.
 */
export interface RunningTest {
  self: unknown;
  argument: unknown;
}

interface MochaTest {
  timeout(milliseconds: number): unknown;
  skip(): unknown;
  test?: { title: string };
}

interface TestContext {
  skip(note: string): unknown;
}

const has = (value: unknown, ...methods: string[]): boolean =>
  // Vitest's is a function.
  (typeof value === 'object' || typeof value === 'function') &&
  value !== null &&
  methods.every((name) => typeof Reflect.get(value, name) === 'function');

const isMocha = (value: unknown): value is MochaTest => has(value, 'timeout', 'skip');
const isContext = (value: unknown): value is TestContext => has(value, 'skip');

/** Tells the time limit to a framework that takes it from the running test: Mocha. */
export function allowTime({ self }: RunningTest, milliseconds: number): void {
  if (isMocha(self)) self.timeout(milliseconds);
}

/**
 * Marks the running test as skipped. Mocha has no place for a reason, so the test's title gets it.
 *
 * @throws what the framework throws to leave the test; an Error if it has no way to skip one.
 */
export function skipTest({ self, argument }: RunningTest, reason: string): void {
  if (isMocha(self)) {
    if (self.test)
      self.test.title = `${self.test.title.replace(/ \(skipped: .*/s, '')} (skipped: ${reason})`;
    self.skip();
  } else if (isContext(argument)) {
    argument.skip(reason);
  } else {
    throw new Error(`Skipped, but this test framework cannot skip a running test: ${reason}`);
  }
}
