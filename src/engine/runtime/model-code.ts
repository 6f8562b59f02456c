import type { PreTrainedTokenizer } from '@huggingface/transformers';
import { hasCode } from '../../errors.js';
import { type DuringStep, type ModelCode, modelCodeError } from '../steps.js';
import { renderChatTemplate } from './model-facts.js';

/**
 * Makes a tokenizer say when it runs code of the model's files, which may never end, and name the file
 * in its errors.
 */
export function guardModelCode(
  tokenizer: PreTrainedTokenizer,
  model: string,
  during: DuringStep,
): void {
  const guarded = <T>(kind: ModelCode, work: () => T): T => {
    try {
      return during({ kind, model }, work);
    } catch (cause) {
      throw failed(kind, model, cause, tokenizer);
    }
  };
  const encode = tokenizer.encode.bind(tokenizer);
  const render = tokenizer.apply_chat_template.bind(tokenizer);
  tokenizer.encode = (...text) => guarded('tokenizer', () => encode(...text));
  tokenizer.apply_chat_template = ((...call: Parameters<typeof render>) =>
    guarded('template', () => render(...call))) as typeof render;
}

/**
 * Renders one question, which every chat template can.
 *
 * @throws UnmockedError `invalid-model` if it does not parse, or fails. A template's own refusal counts
 *   for that conversation alone.
 */
export function checkTemplate(tokenizer: PreTrainedTokenizer): void {
  if (!tokenizer.chat_template) return;
  try {
    renderChatTemplate(tokenizer, [{ role: 'user', content: 'probe' }]);
  } catch (error) {
    if (!hasCode(error, 'invalid-argument')) throw error;
  }
}

/** @throws UnmockedError `invalid-model` in place of what `load` throws, if it is not one of our errors. */
export async function loadTokenizer(
  model: string,
  load: () => Promise<PreTrainedTokenizer>,
): Promise<PreTrainedTokenizer> {
  try {
    return await load();
  } catch (cause) {
    throw failed('tokenizer', model, cause);
  }
}

function failed(
  kind: ModelCode,
  model: string,
  cause: unknown,
  tokenizer?: PreTrainedTokenizer,
): unknown {
  if (hasCode(cause, 'file-not-found', 'integrity', 'network')) return cause;
  const { message } = cause as Error;
  // A template that calls `raise_exception` has the message in its text.
  const refuses =
    kind === 'template' && JSON.stringify(tokenizer?.chat_template).includes(quoted(message));
  return refuses
    ? modelCodeError({ kind, model }, `refuses this conversation: ${message}`, {
        code: 'invalid-argument',
        cause,
      })
    : modelCodeError(
        { kind, model },
        `failed: ${message}. Mend the file, or choose another model.`,
        { cause },
      );
}

/** As it is inside of a string of JSON. */
const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);
