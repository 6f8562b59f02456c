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
 */
export const transcriptFormat = (eosToken = ''): PromptFormat => ({
  stop: [TURN_STOP],
  render: (conversation) => transcript(conversation, eosToken),
});

const TURN_STOP = '\nUser:';
const REPLY_LABEL = '\nAssistant:';

function transcript(conversation: Conversation, eosToken: string): string {
  const messages = withTools(conversation);
  // Joined once: a look at the end of a string that still grows would copy all of it each time.
  const pieces: string[] = [];
  const endsWith = (end: string) => pieces.at(-1)?.endsWith(end) ?? false;
  messages.forEach((message, index) => {
    const newLine = index > 0 ? '\n' : '';
    if (message.role === 'assistant') {
      const reply = message.raw ?? ` ${escapeMarkup(writeToolCalls(message), eosToken)}`;
      const hasLabel = ['user', 'tool'].includes(messages[index - 1]?.role ?? '');
      const isContinued = reply.endsWith(TURN_STOP) && index < messages.length - 1;
      const hasEnded = eosToken !== '' && reply.endsWith(eosToken);
      const label = hasLabel ? '' : `${newLine}Assistant:`;
      const piece = label + reply + (isContinued || hasEnded ? '' : eosToken);
      if (piece) pieces.push(piece);
      return;
    }
    const content = escapeMarkup(withReasoning(message), eosToken);
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
 * end-of-text token become plain characters.
 */
function escapeMarkup(content: string, eosToken: string): string {
  const text = content.toWellFormed().replace(/[\n\r](?=(?:System|User|Assistant):)/g, '$& ');
  return eosToken ? text.replaceAll(eosToken, eosToken.split('').join(' ')) : text;
}
