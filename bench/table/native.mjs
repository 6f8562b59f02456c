import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/**
 * Starts onnxruntime-node on a model's file.
 *
 * @param {string} folder
 * @param {{ dtype: string, name: string }} weights
 */
export async function startNative(folder, { dtype, name }) {
  const child = fork(path.join(import.meta.dirname, 'native-process.mjs'), [folder, dtype, name]);
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`onnxruntime-node ended with exit status ${code}: see its error above`);
  });
  exited.catch(() => undefined);
  const message = async () => (await Promise.race([once(child, 'message'), exited]))[0];
  await message();
  return {
    /** @type {import('./side.js').Side['ask']} */
    ask: (messages, maxTokens) => {
      const answered = message();
      child.send({ messages, maxTokens });
      return answered;
    },
    close: () => {
      exited.catch(() => undefined);
      if (child.connected) child.disconnect();
    },
  };
}
