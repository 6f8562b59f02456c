import type { Agent, ChatInput, InvokeOptions } from '../agents/agent.js';
import { toErrorRecord } from '../errors.js';
import { freshName, freshWord } from './fresh-words.js';
import type { Draw } from './report.js';
import { within } from './within.js';

/** A question whose right answer contains words that were drawn a moment before. */
interface Question {
  messages: ChatInput['messages'];
  words: string[];
  /** Marks of a reply that only repeats what it was told. Lower case. */
  echoes: string[];
}

function recall(): Question {
  const name = freshName();
  const told = `My name is ${name}.`;
  const greeting = `Nice to meet you, ${name}.`;
  const asked = 'What is my name?';
  return {
    messages: [
      { role: 'user', content: told },
      { role: 'assistant', content: greeting },
      { role: 'user', content: asked },
    ],
    words: [name],
    echoes: [told, greeting, asked],
  };
}

function repeat(): Question {
  const words = [freshWord(), freshWord()];
  const content = `Repeat after me: ${words.join(' ')}`;
  return { messages: [{ role: 'user', content }], words, echoes: [content] };
}

const QUESTIONS = [recall, repeat, recall];
const MAX_TOKENS = 32;
/** A model that thinks first needs more. */
const MAX_TOKENS_OF_REASONING = 1024;

/**
 * Asks an agent for words that no recording can know. One right answer is evidence that something
 * computes, so the draws end with it. It is no judgement of how well the model answers.
 *
 * @returns the draws, oldest first. An error of the agent is a wrong answer.
 */
export async function challenge(agent: Agent, signal: AbortSignal): Promise<Draw[]> {
  const draws: Draw[] = [];
  for (const question of QUESTIONS) {
    const draw = await ask(agent, question(), signal);
    draws.push(draw);
    if (draw.right || signal.aborted) break;
  }
  return draws;
}

async function ask(
  agent: Agent,
  { messages, words, echoes }: Question,
  signal: AbortSignal,
): Promise<Draw> {
  const reasons = agent.claims.includes('reasoning');
  const options: InvokeOptions = {
    signal,
    maxTokens: reasons ? MAX_TOKENS_OF_REASONING : MAX_TOKENS,
    // Not every server takes a temperature.
    ...(agent.claims.includes('temperature') ? { temperature: 0 } : {}),
  };
  try {
    const { response } = await within(agent.invoke({ messages }, options), signal);
    return { words, reply: response, right: answers(response, words, echoes) };
  } catch (error) {
    return { words, reply: '', right: false, error: toErrorRecord(error).message };
  }
}

function answers(reply: string, words: string[], echoes: string[]): boolean {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, ' ')
      .trim();
  const said = plain(reply);
  return (
    said.includes(plain(words.join(' '))) && !echoes.some((echo) => said.includes(plain(echo)))
  );
}
