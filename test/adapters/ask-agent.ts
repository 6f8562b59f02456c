import { expect } from '@esm-bundle/chai';
import type { Agent } from '../../src/agents/agent.js';
import type { AgentLoader } from '../../src/agents/agent-loader.js';
import { isAbortError } from '../../src/errors.js';
import { runScenarios } from '../../src/harness/run.js';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { rejection } from '../helpers.js';

export const [HELLO] = conversations.greeting.turns;
const [ANSWER] = replies.greeting;
/** A stop sequence in the middle of the reply to `HELLO`, and the reply that it cuts. */
export const STOP = ANSWER.slice(ANSWER.length / 2, ANSWER.length / 2 + 5);
export const STOPPED = ANSWER.slice(0, ANSWER.indexOf(STOP)).trim();
export const [STORY] = conversations.story.turns;
const [TELL_NAME, ASK_NAME] = conversations.name.turns;
export const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** Loads an agent for one spec. */
export async function withAgent<T>(
  load: AgentLoader,
  use: (agent: Agent) => Promise<T>,
): Promise<T> {
  const agent = await load({ seed: 0, signal: new AbortController().signal });
  try {
    return await use(agent);
  } finally {
    await agent.dispose();
  }
}

/** The specs that hold for every adapter on the bundled model. */
export function answers(load: () => AgentLoader): void {
  it('says what it is, and no device', () =>
    withAgent(load(), async (agent) => {
      const { requested, actual, attempts } = agent.device;
      expect([agent.backend, requested, actual, attempts]).to.deep.equal([
        'foreign',
        'auto',
        'unknown',
        [],
      ]);
    }));

  it('replies', () =>
    withAgent(load(), async (agent) => {
      const { response, metadata } = await agent.invoke(HELLO);
      expect([response, metadata.finishReason]).to.deep.equal([ANSWER, 'stop']);
    }));

  it('streams the same in pieces', () =>
    withAgent(load(), async (agent) => {
      const whole = await agent.invoke(STORY, { maxTokens: 24 });
      const stream = agent.stream(STORY, { maxTokens: 24 });
      const pieces: string[] = [];
      for await (const { text } of stream) if (text) pieces.push(text);
      expect(pieces.join('')).to.equal(whole.metadata.text);
      expect((await stream.response).metadata.text).to.equal(whole.metadata.text);
      expect(pieces.length).to.be.greaterThan(5);
    }));

  it('remembers a session, and another session knows nothing of it', () =>
    withAgent(load(), async (agent) => {
      const say = async (content: string, sessionId: string) =>
        (await agent.invoke({ messages: [{ role: 'user', content }], sessionId })).response;
      await say(TELL_NAME, 'a');
      expect(await say(ASK_NAME, 'a')).to.include('Zorvik');
      expect(await say(ASK_NAME, 'b')).to.not.include('Zorvik');
    }));

  it('stops when the caller leaves the stream, and answers again', () =>
    withAgent(load(), async (agent) => {
      const stream = agent.stream(STORY, { maxTokens: 200 });
      for await (const { text } of stream) if (text) break;
      expect(isAbortError(await rejection(stream.response))).to.equal(true);
      expect((await agent.invoke(HELLO)).response).to.equal(ANSWER);
    }));

  it('stops when the signal aborts in a task of its own', () =>
    withAgent(load(), async (agent) => {
      const controller = new AbortController();
      let pieces = 0;
      const { response } = agent.stream(STORY, {
        maxTokens: 200,
        signal: controller.signal,
        onToken: () => {
          if (++pieces === 1) setTimeout(() => controller.abort());
        },
      });
      expect(isAbortError(await rejection(response))).to.equal(true);
      expect(pieces).to.be.lessThan(200);
    }));
}

/** For adapters that claim `tools`. */
export function callsTools(load: () => AgentLoader): void {
  it('calls a tool and uses its result, streamed or not', () =>
    withAgent(load(), async (agent) => {
      const ask = {
        messages: [{ role: 'user' as const, content: 'What is the weather in Oslo?' }],
        tools: [WEATHER],
      };
      for (const sessionId of ['whole', 'stream']) {
        const input = { ...ask, sessionId };
        const { toolCalls, metadata } = await (sessionId === 'whole'
          ? agent.invoke(input)
          : agent.stream(input).response);
        expect(toolCalls.map(({ name, arguments: args }) => [name, args])).to.deep.equal([
          ['get_weather', { city: 'Oslo' }],
        ]);
        expect(metadata.finishReason).to.equal('tool_calls');
        const { response } = await agent.invoke({
          messages: [{ role: 'tool', content: 'rain, 7 degrees' }],
          sessionId,
        });
        expect(response).to.match(/rain|7/);
      }
    }));
}

/** For adapters that claim `context-overflow`. */
export function refusesTooMuch(load: () => AgentLoader, longMessage: string): void {
  it('refuses what does not fit, and answers again', () =>
    withAgent(load(), async (agent) => {
      const error = await rejection(agent.invoke(longMessage));
      expect([error.code, /[Ss]horten/.test(error.message)]).to.deep.equal([
        'context-overflow',
        true,
      ]);
      expect((await agent.invoke(HELLO)).response).to.equal(ANSWER);
    }));
}

/** The suite on somebody else's agent: what it does not pass, it skips for a lack that it states. */
export function passesTheSuite(load: () => AgentLoader): void {
  it('passes or skips every agent scenario', async () => {
    const { results, totals } = await runScenarios({ agent: load(), seed: 0 });
    const failed = results
      .filter(({ status }) => status !== 'passed' && status !== 'skipped')
      .map(({ id, status, reason, checks }) => ({
        id,
        status,
        reason,
        checks: checks.filter((check) => check.status === 'failed'),
      }));
    expect(failed).to.deep.equal([]);
    const reasons = results.flatMap(({ status, reason, checks }) => [
      ...(status === 'skipped' ? [reason] : []),
      ...checks.filter((check) => check.status === 'skipped').map((check) => check.reason),
    ]);
    expect(reasons.filter((reason) => !reason)).to.deep.equal([]);
    expect(totals.passed).to.be.at.least(4);
  });
}
