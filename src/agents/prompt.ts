import type { AgentPayload, Message } from './agent.js';

/**
 * The transcript format. It is append-only: a turn's tokens are a prefix of the next turn's, so the KV cache stays usable.
 *
 *     System: <context>\nUser: <message>\nAssistant: <reply><eos>\nUser: <message>\nAssistant:
 *
 * A base model does not end its turn but goes on as the user, and is stopped there: then its own `\nUser:` is the next turn's label.
 */
export function transcript(messages: readonly Message[], eosToken: string): string {
  let prompt = '';
  messages.forEach((message, index) => {
    if (message.role === 'assistant') {
      const reply = message.raw ?? ` ${escapeMarkup(message.content, eosToken)}`;
      const answersNobody = !['user', 'tool'].includes(messages[index - 1]?.role ?? '');
      if (answersNobody) prompt += `${index > 0 ? '\n' : ''}Assistant:`;
      const goesOnAsUser = reply.endsWith(TURN_STOP) && index < messages.length - 1;
      prompt += goesOnAsUser || (eosToken && reply.endsWith(eosToken)) ? reply : reply + eosToken;
      return;
    }
    const content = escapeMarkup(message.content, eosToken);
    if (message.role === 'system') {
      prompt += `${index > 0 ? '\n' : ''}System: ${content}`;
      return;
    }
    const label = prompt.endsWith(TURN_STOP) ? '' : `${index > 0 ? '\n' : ''}User:`;
    prompt += `${label} ${message.role === 'tool' ? `TOOL_RESULT: ${content}` : content}\nAssistant:`;
  });
  return prompt;
}

/** Where a transcript's reply is over, whatever the model thinks. */
export const TURN_STOP = '\nUser:';

/** The messages of a payload, in the order in which the model reads them. */
export function toMessages(
  payload: AgentPayload,
  memory: readonly Message[],
  defaultSystem: string,
): Message[] {
  return [...withSystemLine(payload, memory, defaultSystem), ...newTurn(payload, memory)];
}

/** The memory with its system line, which says too what can be called and who is who. */
export function withSystemLine(
  payload: Pick<AgentPayload, 'systemContext' | 'userProfile' | 'toolsAvailable'>,
  memory: readonly Message[],
  defaultSystem: string,
): Message[] {
  const additions = [profileLine(payload.userProfile), toolsLine(payload.toolsAvailable)];
  const line = (context: string) => [context, ...additions].filter(Boolean).join(' ');
  // A system line that the memory began with stays; what can be called and who is who is still said.
  if (memory.some(({ role }) => role === 'system')) {
    return memory.map((message) =>
      message.role === 'system' ? { ...message, content: line(message.content) } : message,
    );
  }
  const system = line(payload.systemContext ?? defaultSystem);
  return [...(system ? [{ role: 'system', content: system } as const] : []), ...memory];
}

/** What this payload adds to the memory. */
export function newTurn(payload: AgentPayload, memory: readonly Message[]): Message[] {
  const { userMessage, thinkingBlob, reasoningEffort } = payload;
  const blob: Message[] = thinkingBlob
    ? [{ role: 'assistant', content: `<think>${thinkingBlob}</think>` }]
    : [];
  if (userMessage.startsWith('TOOL_RESULT: ') && memory.at(-1)?.role === 'assistant') {
    return [...blob, { role: 'tool', content: userMessage.slice('TOOL_RESULT: '.length) }];
  }
  const think =
    reasoningEffort && reasoningEffort !== 'none' && !/^think step by step/i.test(userMessage);
  return [
    ...blob,
    { role: 'user', content: think ? `Think step by step: ${userMessage}` : userMessage },
  ];
}

/** Nobody's text may end a turn or speak for somebody else: the end-of-text token and role labels at a line's start are taken apart. */
function escapeMarkup(content: string, eosToken: string): string {
  const text = content.toWellFormed().replace(/[\n\r](?=(?:System|User|Assistant):)/g, '$& ');
  return eosToken ? text.replaceAll(eosToken, eosToken.split('').join(' ')) : text;
}

function profileLine(profile: AgentPayload['userProfile']): string {
  const entries = Object.entries(profile ?? {});
  return entries.length > 0
    ? `User profile: ${entries.map(([key, value]) => `${key}=${value}`).join(', ')}.`
    : '';
}

function toolsLine(tools: AgentPayload['toolsAvailable']): string {
  return tools && tools.length > 0
    ? `Tools: ${tools.map((tool) => `${tool.name}(${tool.parameters.join(', ')})`).join(', ')}`
    : '';
}
