import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { ROOT } from '../scripts/lib/install.mjs';
import { ratios } from './statistics.mjs';

const MAX_TOKENS = 100;
const MESSAGES = [{ role: 'user', content: 'Tell me a story about a fox.' }];

/** One streamed answer over loopback: output tokens, by the server's count. Node's http and not fetch, to measure the server and not the client. */
function streamed(url, model, agent) {
  const body = JSON.stringify({ model, messages: MESSAGES, temperature: 0, max_tokens: MAX_TOKENS, stream: true, stream_options: { include_usage: true } });
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers: { 'content-type': 'application/json' } }, (response) => {
      let last = '';
      response.setEncoding('utf8');
      response.on('data', (text) => (last = (last + text).slice(-1000)));
      response.on('end', () => resolve(Number(/"completion_tokens":(\d+)/.exec(last)?.[1])));
    });
    request.once('error', reject);
    request.end(body);
  });
}

async function rate(count, stream) {
  const startedAt = performance.now();
  const tokens = await Promise.all(Array.from({ length: count }, stream));
  return (1000 * tokens.reduce((sum, one) => sum + one, 0)) / (performance.now() - startedAt);
}

/**
 * Tokens per second of the OpenAI-compatible server, streamed over loopback, with the generator called directly in the same process right
 * before it; and of ten clients at once, with one client right before them. Samples in pairs, so that their ratios are of the same moment.
 *
 * @returns `{ direct, streamed, one, ten, streamedToDirect, tenToOne }`, each a list of samples.
 */
export async function measureServer({ model = 'unmocked-tiny', pairs = 12, warmUps = 5 } = {}) {
  const child = fork(path.join(ROOT, 'bench/server-process.mjs'), [model]);
  const answer = async (message) => {
    const answered = once(child, 'message');
    child.send(message);
    return (await answered)[0];
  };
  const agent = new http.Agent({ keepAlive: true });
  try {
    const [{ url }] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => Promise.reject(new Error('the server did not start')))]);
    const stream = () => streamed(url, model, agent);
    const direct = async () => (await answer({ direct: true, maxTokens: MAX_TOKENS })).rate;
    const samples = { direct: [], streamed: [], one: [], ten: [] };
    for (let index = -warmUps; index < pairs; index++) {
      const pair = { direct: await direct(), streamed: await rate(1, stream), one: await rate(1, stream), ten: await rate(10, stream) };
      if (index >= 0) for (const [name, value] of Object.entries(pair)) samples[name].push(value);
    }
    return { ...samples, streamedToDirect: ratios(samples.streamed, samples.direct), tenToOne: ratios(samples.ten, samples.one) };
  } finally {
    agent.destroy();
    child.disconnect();
  }
}
