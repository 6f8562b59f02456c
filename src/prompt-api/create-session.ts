import { Context } from './context.js';
import type { CreateOptions } from './create-options.js';
import { CreateMonitor, DownloadProgress } from './download-monitor.js';
import { createException, exception, quotaExceeded } from './exceptions.js';
import type { Host } from './host.js';
import { ConversationModel } from './model.js';
import { Session } from './session.js';

/**
 * Loads the model and begins a session, which ends when the options' signal aborts.
 *
 * @throws what `LanguageModel.create` documents; what the monitor callback throws.
 */
export async function createSession(host: Host, options: CreateOptions): Promise<Session> {
  const { sampling, tools, initialPrompts } = options;
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  const monitor = new CreateMonitor();
  const progress = new DownloadProgress(monitor, signal);
  options.monitor?.(monitor);
  let model: ConversationModel | undefined;
  try {
    await checkAvailability(host, options);
    progress.begin();
    const engine = await host.acquire(signal, (event) => progress.update(event));
    model = new ConversationModel(host, engine, sampling, tools);
    progress.end();
    const context = new Context(initialPrompts);
    await context.measure(model, signal);
    signal.throwIfAborted();
    if (context.usage > model.contextWindow)
      throw quotaExceeded(context.usage, model.contextWindow);
    const session = new Session(model, context, sampling, tools);
    signal.addEventListener('abort', () => session.destroy(signal.reason), { once: true });
    return session;
  } catch (error) {
    model?.release();
    signal.throwIfAborted();
    throw createException(error);
  }
}

async function checkAvailability(host: Host, options: CreateOptions): Promise<void> {
  const availability = await host.availability(options);
  if (availability === 'unavailable')
    throw exception(
      'NotSupportedError',
      'The model is unavailable for these options. ' +
        'Call LanguageModel.availability() with them first.',
    );
  const needsGesture = host.requireUserActivation && availability === 'downloadable';
  if (needsGesture && !navigator.userActivation.isActive)
    throw exception(
      'NotAllowedError',
      'The download of the model needs a user gesture. Call create() from a click handler.',
    );
}
