import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { ROOT } from '../../scripts/lib/install.mjs';
import { ratios } from '../statistics.mjs';

const MESSAGES = [{ role: 'user', content: 'Tell me a story about a fox.' }];

/**
 * Streams one answer over loopback. Uses Node's http: fetch would be slower than the server.
 *
 * @param {string} url
 * @param {{ model: string, maxTokens: number }} options
 * @param {http.Agent} agent
 * @returns {Promise<number>} Output tokens, as the server counts them.
 */
function streamed(url, { model, maxTokens }, agent) {
  const body = JSON.stringify({
    model,
    messages: MESSAGES,
    temperature: 0,
    max_tokens: maxTokens,
    stream: true,
    stream_options: { include_usage: true },
  });
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${url}/v1/chat/completions`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (response) => {
        let last = '';
        response.setEncoding('utf8');
        response.on('data', (text) => (last = (last + text).slice(-1000)));
        response.on('end', () => resolve(Number(/"completion_tokens":(\d+)/.exec(last)?.[1])));
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}

/**
 * Tokens per second of `count` streams at once.
 *
 * @param {number} count
 * @param {() => Promise<number>} stream Resolves to its number of tokens.
 */
async function rate(count, stream) {
  const startedAt = performance.now();
  const tokens = await Promise.all(Array.from({ length: count }, stream));
  return (1000 * tokens.reduce((sum, one) => sum + one, 0)) / (performance.now() - startedAt);
}

/**
 * Starts server-process.mjs and waits for its first message.
 *
 * @param {'serve' | 'direct'} mode
 * @param {string} model
 */
async function start(mode, model) {
  const child = fork(path.join(ROOT, 'bench/rows/server-process.mjs'), [mode, model]);
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() =>
      Promise.reject(new Error(`The process for "${mode}" did not start`)),
    ),
  ]);
  return { child, url: /** @type {import('./server-process.mjs').Started} */ (message).url ?? '' };
}

/**
 * Tokens per second of the OpenAI-compatible server. Measures in pairs, so that both sides of a
 * ratio come from the same moment: one stream over loopback after the generator in a Node process,
 * and ten clients at once after one client.
 */
export async function measureServer({
  model = 'unmocked-tiny',
  pairs = 12,
  warmUps = 5,
  maxTokens = 100,
} = {}) {
  const agent = new http.Agent({ keepAlive: true });
  /** @type {Awaited<ReturnType<typeof start>>[]} */
  const processes = [];
  /** @param {'serve' | 'direct'} mode */
  const startProcess = async (mode) => {
    const started = await start(mode, model);
    processes.push(started);
    return started;
  };
  try {
    const { child } = await startProcess('direct');
    const { url } = await startProcess('serve');
    const stream = () => streamed(url, { model: path.basename(model), maxTokens }, agent);
    const direct = async () => {
      const answered = once(child, 'message');
      child.send({ messages: MESSAGES, maxTokens });
      const [answer] = await answered;
      return /** @type {import('./server-process.mjs').Answer} */ (answer).rate;
    };
    /**
     * The second of two measurements: an idle process is slow at first.
     *
     * @param {() => Promise<number>} measure
     */
    const second = async (measure) => {
      await measure();
      return measure();
    };
    /** @type {{ direct: number[], streamed: number[], one: number[], ten: number[] }} */
    const samples = { direct: [], streamed: [], one: [], ten: [] };
    for (let index = -warmUps; index < pairs; index++) {
      const pair = {
        direct: await second(direct),
        streamed: await second(() => rate(1, stream)),
        one: await rate(1, stream),
        ten: await rate(10, stream),
      };
      if (index < 0) continue;
      samples.direct.push(pair.direct);
      samples.streamed.push(pair.streamed);
      samples.one.push(pair.one);
      samples.ten.push(pair.ten);
    }
    return {
      ...samples,
      streamedToDirect: ratios(samples.streamed, samples.direct),
      tenToOne: ratios(samples.ten, samples.one),
    };
  } finally {
    agent.destroy();
    for (const { child } of processes) child.disconnect();
  }
}
