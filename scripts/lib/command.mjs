/** The frame around every command: the Node check, errors in one line, exit status. */

/** The command was called in a wrong way. Exit status 2. */
export class UsageError extends Error {
  /** @override */
  name = 'UsageError';
  exitCode = 2;
}

/** The user asked for help; the message is the usage text. Exit status 0. */
export class HelpRequest extends Error {
  /** @override */
  name = 'HelpRequest';
}

/** Stops early on an old Node, where the dependencies would fail with an unreadable error. */
export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(
      `This is Node ${version}, but Unmocked needs 20.19 or newer: ` +
        'install a newer Node, then try again.',
    );
  }
}

/** @param {unknown} error */
export const toError = (error) => (error instanceof Error ? error : new Error(String(error)));

/**
 * Runs a command. An error becomes one line on stderr and exit status 1 (2 for a
 * {@link UsageError}). Set DEBUG to see its stack.
 *
 * @param {() => void | Promise<void>} command
 */
export async function main(command) {
  try {
    requireNode();
    await command();
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof HelpRequest) {
      console.log(error.message);
      return;
    }
    console.error(process.env.DEBUG ? error : `error: ${error.message}`);
    process.exitCode = error instanceof UsageError ? error.exitCode : 1;
  }
}
