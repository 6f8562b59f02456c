import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../../scripts/lib/install.mjs';
import { MODEL } from './openai-helpers.mjs';

/**
 * Copies the bundled model to a folder, with another chat template. Without one it reads transcripts,
 * as base models do.
 *
 * @param {string} folder
 * @param {string} [chatTemplate]
 */
export async function copyModelWith(folder, chatTemplate) {
  await cp(path.join(ROOT, 'public/models', MODEL), folder, { recursive: true });
  const file = path.join(folder, 'tokenizer_config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...config, chat_template: chatTemplate }));
}
