import { html, nothing, type ReactiveControllerHost } from 'lit';
import type { Answer, AskInTurnOptions } from '../harness/ask-in-turn.js';
import { abortError } from '../errors.js';
import { fetched } from '../fetched.js';
import { count, formatDuration } from '../format.js';
import type { ScenarioState } from '../harness/scenario-state.js';
import {
  announcementPart,
  buttonPart,
  type CardButton,
  errorPart,
  titlePart,
} from './scenario-parts.js';

type Question = Omit<
  AskInTurnOptions,
  'keepEngine' | 'signal' | 'onAsk' | 'onText' | 'onProgress' | 'onAttempt'
>;

/** What a demo shows. `waiting`: for another run of the page, or for code. */
export type DemoPhase =
  | 'idle'
  | 'waiting'
  | 'loading'
  | 'answering'
  | 'answered'
  | 'stopped'
  | 'failed';

interface DemoParts {
  prompt: string;
  headingLevel: number;
  error: Error | undefined;
  press: CardButton['press'];
  size: unknown;
  foot: unknown;
}

/** Asks a model, and holds what the element shows of it. */
export class PromptDemo {
  phase: DemoPhase = 'idle';
  progress: ScenarioState['progress'];
  thinking = '';
  reply = '';
  answer: Answer | undefined;
  readonly #host: ReactiveControllerHost;
  #controller: AbortController | undefined;
  #pieces = 0;
  #firstAt = 0;
  /** A piece of an agent of the page's may be more than a token. */
  #unit = 'token';

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
  }

  get busy(): boolean {
    return this.#controller !== undefined;
  }

  stop(): void {
    this.#controller?.abort();
  }

  /**
   * Settles when it is over. A demo that is stopped is no error.
   *
   * @throws what `askInTurn` throws.
   */
  async ask(
    question: Question,
    onProgress: NonNullable<AskInTurnOptions['onProgress']>,
  ): Promise<void> {
    if (this.#controller) return;
    const { signal } = (this.#controller = new AbortController());
    this.#pieces = 0;
    this.#unit = question.agent ? 'piece' : 'token';
    this.#show({
      phase: 'waiting',
      thinking: '',
      reply: '',
      progress: undefined,
      answer: undefined,
    });
    try {
      const { ask } = await fetched(import('./scenario-runner.js'));
      if (signal.aborted) throw abortError(signal);
      // An agent may go on after it was stopped.
      const unlessStopped =
        <A extends unknown[]>(show: (...args: A) => void) =>
        (...args: A) => {
          if (!signal.aborted) show(...args);
        };
      const answer = await ask({
        ...question,
        signal,
        onProgress: unlessStopped((progress) => {
          this.#show({ phase: 'loading', progress: { ...progress } });
          onProgress(progress);
        }),
        onAttempt: unlessStopped(() => this.#show({ progress: undefined })),
        onAsk: unlessStopped(() => this.#show({ phase: 'answering', progress: undefined })),
        onText: unlessStopped((thinking, reply) => {
          this.#pieces++;
          if (this.#pieces === 1) this.#firstAt = performance.now();
          this.#show({ thinking: this.thinking + thinking, reply: this.reply + reply });
        }),
      });
      const { thinking, response } = answer.response;
      this.#show({ phase: 'answered', thinking, reply: response, answer });
    } catch (error) {
      if (signal.aborted) return this.#show({ phase: 'stopped' });
      this.#show({ phase: 'failed' });
      throw error;
    } finally {
      this.#controller = undefined;
      this.#show({ progress: undefined });
    }
  }

  /** The state in a few words. Once there are tokens: what computes, how many, and how fast. */
  get note(): string {
    const { metadata } = this.answer?.response ?? {};
    if (metadata) {
      const { usage, timings, finishReason } = metadata;
      const tokens = usage.countedBy === 'nobody' ? [] : [count(usage.completionTokens, 'token')];
      const { firstToken, tokensPerSecond } = timings;
      return [
        ...(tokensPerSecond > 0 ? [`${tokensPerSecond.toFixed(0)} tok/s`] : []),
        `first token ${formatDuration(firstToken)}`,
        this.answer!.device.actual,
        ...tokens,
        ...(finishReason === 'length' ? ['cut at the limit'] : []),
      ].join(' · ');
    }
    switch (this.phase) {
      case 'waiting':
        return 'Waiting…';
      case 'loading':
        return 'Loading…';
      case 'answering': {
        const seconds = (performance.now() - this.#firstAt) / 1000;
        const rate = this.#pieces > 1 && seconds > 0 ? (this.#pieces - 1) / seconds : 0;
        if (this.#pieces === 0) return 'Waiting for the first token…';
        return (
          count(this.#pieces, this.#unit) +
          (rate > 0
            ? ` · ${rate.toFixed(0)} ${this.#unit === 'token' ? 'tok/s' : 'pieces per second'}`
            : '')
        );
      }
      case 'stopped':
        return 'Stopped.';
      default:
        return '';
    }
  }

  /** For screen readers: when it begins, and the reply when it is over. */
  get #announcement(): string {
    switch (this.phase) {
      case 'idle':
      case 'failed':
        return '';
      case 'answered':
        return `Reply: ${this.reply}`;
      case 'stopped':
        return 'Stopped.';
      default:
        return 'Asking the model.';
    }
  }

  render({ prompt, headingLevel, error, press, size, foot }: DemoParts) {
    const enter = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || event.isComposing || this.busy) return;
      event.preventDefault();
      press('run');
    };
    return html`<article
      class="card box"
      part="card"
      aria-labelledby="title"
      data-state=${this.busy ? 'running' : this.phase}
    >
      ${titlePart('Ask the model', headingLevel, 'visually-hidden')}
      <header part="header">
        <input
          id="prompt"
          part="prompt"
          aria-label="Prompt"
          autocomplete="off"
          .defaultValue=${prompt}
          @keydown=${enter}
        />
        ${buttonPart({ label: this.busy ? 'Stop' : 'Ask', press })}
      </header>
      <div class="stage" part="stage" tabindex="0" role="group" aria-label="Output">
        ${
          this.phase === 'idle' && !error
            ? html`<slot name="poster">${size}</slot>`
            : html`${this.#output()} ${error ? errorPart(error) : nothing}`
        }
      </div>
      ${foot} ${announcementPart(error?.message ?? this.#announcement)}
    </article>`;
  }

  /** The reply, and the thinking before it. Text of a model is never HTML. */
  #output() {
    const { phase, thinking, reply } = this;
    const arriving = phase === 'answering' ? 'arriving' : '';
    const says = arriving || thinking || reply;
    if (!says) return nothing;
    return html`<div class="output" part="output">
      ${thinking ? html`<pre class="thinking">${thinking.trim()}</pre>` : nothing}
      ${reply || !thinking ? html`<pre class="reply ${arriving}">${reply.trimStart()}</pre>` : nothing}
    </div>`;
  }

  #show(
    changes: Partial<Pick<PromptDemo, 'phase' | 'progress' | 'thinking' | 'reply' | 'answer'>>,
  ): void {
    Object.assign(this, changes);
    this.#host.requestUpdate();
  }
}
