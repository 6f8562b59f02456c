import { breakSpecialTokens } from '../../engine/special-tokens.js';
import type { Conversation, PromptFormat } from './prompt-format.js';
import { withReasoning } from './reasoning.js';
import { withTools } from './system-message.js';
import { writeToolCalls } from './tool-call-text.js';

/**
 * The transcript, for models without a chat template.
 *
 *     System: <system>\nUser: <message>\nAssistant: <reply><eos>\nUser: <message>\nAssistant:
 *
 * It is append-only: the tokens of a turn are a prefix of the next prompt, so the KV cache stays
 * usable. A base model does not end its turn but goes on as the user. It is stopped there, and its
 * own `\nUser:` becomes the label of the next turn.
 *
 * @param eosTokens what can end a reply; the first one is the usual one.
 */
export const transcriptFormat = (...eosTokens: string[]): PromptFormat => ({
  stop: [TURN_STOP],
  render: (conversation) => transcript(conversation, eosTokens.filter(Boolean)),
});

const TURN_STOP = '\nUser:';
const REPLY_LABEL = '\nAssistant:';

function transcript(conversation: Conversation, eosTokens: readonly string[]): string {
  const [eosToken = ''] = eosTokens;
  const messages = withTools(conversation);
  // Joined once: a look at the end of a string that still grows would copy all of it each time.
  const pieces: string[] = [];
  const endsWith = (end: string) => pieces.at(-1)?.endsWith(end) ?? false;
  messages.forEach((message, index) => {
    const newLine = index > 0 ? '\n' : '';
    if (message.role === 'assistant') {
      const reply = message.raw ?? ` ${escapeMarkup(writeToolCalls(message), eosTokens)}`;
      const hasLabel = ['user', 'tool'].includes(messages[index - 1]?.role ?? '');
      const isContinued = reply.endsWith(TURN_STOP) && index < messages.length - 1;
      const hasEnded = eosTokens.some((token) => reply.endsWith(token));
      const label = hasLabel ? '' : `${newLine}Assistant:`;
      const piece = label + reply + (isContinued || hasEnded ? '' : eosToken);
      if (piece) pieces.push(piece);
      return;
    }
    const content = escapeMarkup(withReasoning(message), eosTokens);
    if (message.role === 'system') {
      pieces.push(`${newLine}System: ${content}`);
      return;
    }
    const label = endsWith(TURN_STOP) ? '' : `${newLine}User:`;
    const text = message.role === 'tool' ? `TOOL_RESULT: ${content}` : content;
    pieces.push(`${label} ${text}${REPLY_LABEL}`);
  });
  if (!endsWith(REPLY_LABEL)) pieces.push(REPLY_LABEL);
  return pieces.join('');
}

/**
 * No message may end a turn or speak for somebody else. Role labels at the start of a line and the
 * end-of-text tokens become plain characters.
 */
const escapeMarkup = (content: string, eosTokens: readonly string[]): string =>
  breakSpecialTokens(content, eosTokens).replace(/[\n\r](?=(?:System|User|Assistant):)/g, '$& ');
