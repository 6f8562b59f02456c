import type { AgentPayload, Message } from './agent.js';

/**
 * The transcript format. It is append-only: a turn's tokens are a prefix of the next turn's, so the KV cache stays usable.
 *
 *     System: <context>\nUser: <message>\nAssistant: <reply><eos>\nUser: <message>\nAssistant:
 */
export function transcript(messages: readonly Message[], eosToken: string): string {
  let prompt = '';
  messages.forEach((message, index) => {
    if (message.role === 'assistant') {
      const reply = message.raw ?? ` ${escapeMarkup(message.content, eosToken)}`;
      prompt += eosToken && reply.endsWith(eosToken) ? reply : reply + eosToken;
      return;
    }
    const content = escapeMarkup(message.content, eosToken);
    if (message.role === 'system') {
      prompt += `${index > 0 ? '\n' : ''}System: ${content}`;
      return;
    }
    prompt += `${index > 0 ? '\n' : ''}User: ${message.role === 'tool' ? `TOOL_RESULT: ${content}` : content}\nAssistant:`;
  });
  return prompt;
}

/** The messages of a payload, in the order in which the model reads them. */
export function toMessages(payload: AgentPayload, memory: readonly Message[], defaultSystem: string): Message[] {
  const system = [payload.systemContext ?? defaultSystem, profileLine(payload.userProfile), toolsLine(payload.toolsAvailable)].filter(Boolean).join(' ');
  const messages: Message[] = system && !memory.some((message) => message.role === 'system') ? [{ role: 'system', content: system }] : [];
  messages.push(...memory);
  if (payload.thinkingBlob) messages.push({ role: 'assistant', content: `<think>${payload.thinkingBlob}</think>` });
  const think = payload.reasoningEffort && payload.reasoningEffort !== 'none' && !/^think step by step/i.test(payload.userMessage);
  const last = memory.at(-1);
  const isToolResult = payload.userMessage.startsWith('TOOL_RESULT: ') && last?.role === 'assistant';
  messages.push(
    isToolResult
      ? { role: 'tool', content: payload.userMessage.slice('TOOL_RESULT: '.length) }
      : { role: 'user', content: think ? `Think step by step: ${payload.userMessage}` : payload.userMessage },
  );
  return messages;
}

/** Nobody's text may end a turn or speak for somebody else: the end-of-text token and role labels at a line's start are taken apart. */
function escapeMarkup(content: string, eosToken: string): string {
  const text = content.toWellFormed().replace(/[\n\r](?=(?:System|User|Assistant):)/g, '$& ');
  return eosToken ? text.replaceAll(eosToken, eosToken.split('').join(' ')) : text;
}

function profileLine(profile: AgentPayload['userProfile']): string {
  const entries = Object.entries(profile ?? {});
  return entries.length > 0 ? `User profile: ${entries.map(([key, value]) => `${key}=${value}`).join(', ')}.` : '';
}

function toolsLine(tools: AgentPayload['toolsAvailable']): string {
  return tools && tools.length > 0 ? `Tools: ${tools.map((tool) => `${tool.name}(${tool.parameters.join(', ')})`).join(', ')}` : '';
}
