/** One start of ours, with the times of its phases. */
import { EnginePool, loadAgent } from '../../src/index.js';
import { readOrder } from '../table/side.js';
import { COMPILE, type ProfiledSide, type Span } from './span.js';

const marks = new Map<string, number>([['script', performance.now()]]);
const mark = (name: string) => marks.has(name) || marks.set(name, performance.now());

let worker: Worker | undefined;
let spans: ((spans: Span[]) => void) | undefined;

/** The engine's worker, with the marks of worker-marks.ts. Its messages tell its phases. */
function createWorker(): Worker {
  mark('worker');
  worker = new Worker(new URL('profile-worker.js', location.href), { type: 'module' });
  // Before the engine's own listener, which knows nothing of the spans.
  worker.addEventListener('message', (event) => {
    const message = event.data as { type: string; spans: Span[]; progress?: { phase: string } };
    if (message.type === 'bench-spans') {
      event.stopImmediatePropagation();
      spans?.(message.spans);
    }
    if (message.type === 'progress') mark(message.progress!.phase);
    else mark(message.type);
  });
  return worker;
}

/** The phases by the marks that end them. */
const PHASES = [
  ['the page: document', 'document'],
  ['the page: library', 'script'],
  ['the page: settings, model, engine', 'worker'],
  ['the worker: start and code', 'alive'],
  ['the worker: files and their digests', 'verify'],
  ['the worker: ONNX Runtime compiled and started', 'compiled'],
  ['the worker: session and tokenizer', 'warm-up'],
  ['the worker: warm-up', 'done'],
  ['the first token', 'token'],
] as const;

async function start() {
  const { model, hubUrl, device, question } = readOrder();
  const agent = await loadAgent({
    model,
    hubUrl,
    device,
    backend: 'local',
    system: '',
    sources: { environment: {} },
    pool: new EnginePool({ createWorker }),
  });
  await agent.invoke(question, { maxTokens: 1, temperature: 0 });
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  marks.set('document', navigation!.responseEnd);
  const received = new Promise<Span[]>((resolve) => (spans = resolve));
  worker!.postMessage({ type: 'bench-spans' });
  const inWorker = (await received).map((span) => ({
    name: span.name,
    from: span.from - performance.timeOrigin,
    to: span.to - performance.timeOrigin,
  }));
  const compiled = inWorker.filter(({ name }) => name === COMPILE).map(({ to }) => to);
  // If it was over before the files were, it took no time of its own.
  marks.set('compiled', Math.max(marks.get('verify') ?? 0, ...compiled));
  let from = 0;
  const phases = PHASES.map(([name, end]) => {
    const to = marks.get(end);
    if (to === undefined) throw new Error(`Nothing marked the end of "${name}" (${end})`);
    const span = { name, from, to };
    from = to;
    return span;
  });
  await agent.dispose();
  return { phases, inWorker };
}

const started = start();
const side: ProfiledSide = { start: () => started };
Object.assign(globalThis, { side });
