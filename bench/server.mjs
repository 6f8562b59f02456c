import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { ROOT } from '../scripts/lib/install.mjs';
import { ratios } from './statistics.mjs';

const MESSAGES = [{ role: 'user', content: 'Tell me a story about a fox.' }];

/** One streamed answer over loopback: output tokens, by the server's count. Node's http and not fetch, to measure the server and not the client. */
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

async function rate(count, stream) {
  const startedAt = performance.now();
  const tokens = await Promise.all(Array.from({ length: count }, stream));
  return (1000 * tokens.reduce((sum, one) => sum + one, 0)) / (performance.now() - startedAt);
}

/** A child process, and what it said first. */
async function start(mode, model) {
  const child = fork(path.join(ROOT, 'bench/server-process.mjs'), [mode, model]);
  const [said] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() =>
      Promise.reject(new Error(`the process for "${mode}" did not start`)),
    ),
  ]);
  return { child, ...said };
}

/**
 * Tokens per second of the OpenAI-compatible server, streamed over loopback, with the generator called directly in a Node process right
 * before it; and of ten clients at once, with one client right before them. Samples in pairs, so that their ratios are of the same moment.
 *
 * @returns `{ direct, streamed, one, ten, streamedToDirect, tenToOne }`, each a list of samples.
 */
export async function measureServer({
  model = 'unmocked-tiny',
  pairs = 12,
  warmUps = 5,
  maxTokens = 100,
} = {}) {
  const processes = [];
  const agent = new http.Agent({ keepAlive: true });
  try {
    for (const mode of ['direct', 'serve']) processes.push(await start(mode, model));
    const [{ child }, { url }] = processes;
    const stream = () => streamed(url, { model: path.basename(model), maxTokens }, agent);
    const direct = async () => {
      const answered = once(child, 'message');
      child.send({ messages: MESSAGES, maxTokens });
      return (await answered)[0].rate;
    };
    /** The second of two: a process that was idle is slow at first. */
    const second = async (measure) => {
      await measure();
      return measure();
    };
    const samples = { direct: [], streamed: [], one: [], ten: [] };
    for (let index = -warmUps; index < pairs; index++) {
      const pair = {
        direct: await second(direct),
        streamed: await second(() => rate(1, stream)),
        one: await rate(1, stream),
        ten: await rate(10, stream),
      };
      if (index >= 0) for (const [name, value] of Object.entries(pair)) samples[name].push(value);
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
