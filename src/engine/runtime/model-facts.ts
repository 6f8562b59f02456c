import type { PreTrainedModel, PreTrainedTokenizer } from '@huggingface/transformers';
import type { ChatMessage, FunctionTool, ModelFacts, TemplateOptions } from '../protocol.js';
import { breakSpecialTokensIn } from '../special-tokens.js';

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
    eosTokens: eosTokenIds.map((id) => decode(tokenizer, [id], false)),
    specialTokens: [...tokenizer.all_special_tokens],
    hasChatTemplate: Boolean(tokenizer.chat_template),
    templateTakesTools: takesTools(tokenizer),
  };
}

/**
 * Renders messages with the tokenizer's own chat template, ready for the assistant's reply. Special
 * tokens in messages and tools become plain characters.
 */
export function renderChatTemplate(
  tokenizer: PreTrainedTokenizer,
  messages: readonly ChatMessage[],
  { tools = [] }: TemplateOptions = {},
): string {
  const plain = <T>(data: T): T => breakSpecialTokensIn(data, tokenizer.all_special_tokens);
  return tokenizer.apply_chat_template(plain([...messages]), {
    tokenize: false,
    add_generation_prompt: true,
    ...(tools.length > 0 ? { tools: plain(tools) } : {}),
  }) as string;
}

/** Only a rendering tells: a template that knows no tools ignores them without an error. */
function takesTools(tokenizer: PreTrainedTokenizer): boolean {
  if (!tokenizer.chat_template) return false;
  try {
    const text = renderChatTemplate(tokenizer, PROBE, { tools: [PROBE_TOOL] });
    return ['probe-tool', 'probe-call', 'probe-argument', 'probe-result'].every((part) =>
      text.includes(part),
    );
  } catch {
    return false;
  }
}

const PROBE_TOOL: FunctionTool = {
  type: 'function',
  function: {
    name: 'probe-tool',
    description: '',
    parameters: { type: 'object', properties: {} },
  },
};
/** One call, with an id that even Mistral's templates take. */
const PROBE: readonly ChatMessage[] = [
  { role: 'user', content: 'probe' },
  {
    role: 'assistant',
    content: '',
    tool_calls: [
      {
        id: 'probe0001',
        type: 'function',
        function: { name: 'probe-call', arguments: { name: 'probe-argument' } },
      },
    ],
  },
  { role: 'tool', content: 'probe-result', tool_call_id: 'probe0001' },
];

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
