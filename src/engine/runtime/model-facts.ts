import type { PreTrainedModel, PreTrainedTokenizer } from '@huggingface/transformers';
import type { ChatMessage, ModelFacts } from '../protocol.js';
import { breakSpecialTokens } from './special-tokens.js';

/** For models whose configuration does not say. Tokens. */
const DEFAULT_CONTEXT_WINDOW = 2048;

interface ModelConfig {
  n_positions?: number;
  max_position_embeddings?: number;
  eos_token_id?: number | number[] | null;
}

/**
 * Reads the facts about a loaded model. The model's own configuration wins over the registry.
 *
 * @param declaredContextWindow the registry's value. Tokens.
 */
export function readModelFacts(
  model: PreTrainedModel,
  tokenizer: PreTrainedTokenizer,
  declaredContextWindow?: number,
): ModelFacts {
  const config = model.config as unknown as ModelConfig;
  const eosTokenIds = [
    model.generation_config?.eos_token_id ?? config.eos_token_id ?? [],
  ].flat() as number[];
  return {
    contextWindow:
      config.n_positions ??
      config.max_position_embeddings ??
      declaredContextWindow ??
      DEFAULT_CONTEXT_WINDOW,
    eosTokenIds,
    eosToken: decode(tokenizer, eosTokenIds.slice(0, 1), false),
    hasChatTemplate: Boolean(tokenizer.chat_template),
  };
}

/**
 * Renders messages with the tokenizer's own chat template, ready for the assistant's reply. Special
 * tokens in the messages become plain characters.
 */
export function renderChatTemplate(
  tokenizer: PreTrainedTokenizer,
  messages: readonly ChatMessage[],
): string {
  const plain = messages.map(({ role, content }) => ({
    role,
    content: breakSpecialTokens(content, tokenizer.all_special_tokens),
  }));
  return tokenizer.apply_chat_template(plain, {
    tokenize: false,
    add_generation_prompt: true,
  }) as string;
}

/** Decodes tokens without cleaning up spaces, which would change text that was already streamed. */
export function decode(
  tokenizer: PreTrainedTokenizer,
  tokenIds: number[],
  skipSpecialTokens: boolean,
): string {
  if (tokenIds.length === 0) return '';
  return tokenizer.decode(tokenIds, {
    skip_special_tokens: skipSpecialTokens,
    clean_up_tokenization_spaces: false,
  });
}
