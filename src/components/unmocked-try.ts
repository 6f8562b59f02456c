import { html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Agent, AgentResponse } from '../agents/agent.js';
import { VALIDATION_PROMPT } from '../agents/validate-agent.js';
import type { Attempt } from '../engine/ladder.js';
import { abortError, isAbortError, toErrorRecord, untilAborted } from '../errors.js';
import { fetched } from '../fetched.js';
import { resolveSettings, type SettingsSources } from '../settings/resolve.js';
import { UnmockedTestEvent } from './settings-events.js';
import { count, formatDuration } from '../format.js';
import { detailsCode } from './details-code.js';
import { moveFocus } from './move-focus.js';
import { loadingPart } from './loading-part.js';
import type { ScenarioState } from '../harness/scenario-state.js';
import { StreamingElement } from './streaming-element.js';
import { themeStyles } from './theme.styles.js';
import { scenarioStyles } from './unmocked-scenario.styles.js';
import { tryStyles } from './unmocked-try.styles.js';

/** The state before a test. */
const nothingYet = {
  progress: undefined,
  attempts: [],
  thinking: '',
  reply: '',
  asked: false,
  outcome: undefined,
  error: '',
  note: '',
};

/**
 * Asks the model one question, to show whether the settings work. The agent stays loaded for the
 * next prompt, until the settings change, a run needs the engine, or the element is removed.
 *
 * @fires unmocked-test - A test begins. Does not bubble.
 * @csspart panel, output, facts, trace
 */
export class UnmockedTry extends StreamingElement {
  static override styles = [themeStyles, scenarioStyles, tryStyles];

  /** The settings to test. */
  @property({ attribute: false }) sources: SettingsSources = {};
  /** Why no test can run now; empty if one can. */
  @property() unavailable = '';

  @state() private phase: 'idle' | 'loading' | 'answering' = 'idle';
  @state() private progress: ScenarioState['progress'];
  @state() private attempts: readonly Attempt[] = [];
  @state() private thinking = '';
  @state() private reply = '';
  @state() private asked = false;
  @state() private outcome:
    | { agent: Pick<Agent, 'backend' | 'model' | 'device'>; response: AgentResponse }
    | undefined;
  @state() private error = '';
  @state() private note = '';
  /** For screen readers. */
  @state() private announcement = '';

  #agent: Agent | undefined;
  #controller: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  /** The settings of the loaded agent. They may hold a key, so they stay here. */
  #loadedWith: string | undefined;

  /** The loaded agent. */
  get agent(): Agent | undefined {
    return this.#agent;
  }

  /** A test is under way. */
  get busy(): boolean {
    return this.#controller !== undefined;
  }

  protected override get streaming(): boolean {
    return this.phase === 'answering';
  }

  protected override willUpdate(): void {
    if (this.#loadedWith === undefined || this.#loadedWith === signature(this.sources)) return;
    this.#loadedWith = undefined;
    // The output on screen belongs to the old settings.
    Object.assign(this, nothingYet, {
      note: this.#controller ? 'Stopped: the settings changed.' : '',
    });
    void this.release();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.release();
  }

  /** Runs a test and shows the outcome. Settles when it is over, and never rejects. */
  test(): Promise<void> {
    if (!this.#controller && !this.unavailable) this.#running = this.#test(new AbortController());
    return this.#running;
  }

  /** Ends the running test. The agent stays loaded. */
  stop(): void {
    this.#controller?.abort();
  }

  /** Ends the running test and disposes of the agent. Settles when its engine is gone. */
  async release(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    this.#controller?.abort();
    await agent?.dispose();
    await this.#running;
  }

  async #test(controller: AbortController): Promise<void> {
    this.#controller = controller;
    const { signal } = controller;
    this.dispatchEvent(new UnmockedTestEvent());
    const { attempts } = this;
    // The trace belongs to the agent, which may still be loaded.
    Object.assign(this, nothingYet, { attempts, announcement: 'Testing.' });
    moveFocus(this, 'test', 'stop');
    try {
      const agent = this.#agent ?? (await this.#load(signal));
      this.phase = 'answering';
      this.progress = undefined;
      const response = await this.#ask(agent, signal);
      this.thinking = response.thinking;
      this.reply = response.response;
      this.outcome = {
        agent: { backend: agent.backend, model: agent.model, device: agent.device },
        response,
      };
      this.announcement = 'The test is over: the model answers.';
    } catch (error) {
      if (signal.aborted || isAbortError(error)) this.note ||= 'Stopped.';
      else this.error = toErrorRecord(error).message;
      this.announcement = this.error ? '' : this.note; // The error has its own alert.
    } finally {
      this.#controller = undefined;
      this.progress = undefined;
      this.phase = 'idle';
      moveFocus(this, 'stop', 'test');
    }
  }

  async #load(signal: AbortSignal): Promise<Agent> {
    this.phase = 'loading';
    this.attempts = [];
    this.#loadedWith = signature(this.sources);
    const [{ loadAgent }] = await untilAborted(
      Promise.all([fetched(import('../agents/load-agent.js')), detailsCode.load()]),
      signal,
    );
    const agent = await loadAgent({
      sources: this.sources,
      signal,
      onWarning: () => undefined, // <unmocked-sources> shows it.
      onProgress: (progress) => (this.progress = { ...progress }),
      onAttempt: (attempt) => {
        this.progress = undefined;
        this.attempts = [...this.attempts, attempt];
      },
    });
    if (signal.aborted) {
      await agent.dispose();
      throw abortError(signal);
    }
    return (this.#agent = agent);
  }

  async #ask(agent: Agent, signal: AbortSignal): Promise<AgentResponse> {
    this.asked = true;
    const { askAgent } = await untilAborted(fetched(import('../harness/ask-agent.js')), signal);
    return askAgent(agent, {
      prompt: this.#prompt.trim(),
      seed: resolveSettings(this.sources)[agent.backend === 'remote' ? 'remote' : 'local'].settings
        .seed,
      signal,
      onText: (thinking, reply) => {
        this.thinking += thinking;
        this.reply += reply;
      },
    });
  }

  get #prompt(): string {
    return this.renderRoot.querySelector<HTMLTextAreaElement>('#prompt')?.value ?? '';
  }

  override render() {
    const { phase, unavailable } = this;
    const busy = phase !== 'idle';
    return html`<section part="panel" aria-labelledby="heading">
      <h2 id="heading">Test these settings</h2>
      <div class="field">
        <label for="prompt">Prompt</label>
        <textarea
          id="prompt"
          rows="2"
          placeholder=${VALIDATION_PROMPT}
          ?disabled=${unavailable !== ''}
          @keydown=${this.#key}
        ></textarea>
      </div>
      <div class="buttons">
        <button
          type="button"
          id="test"
          ?disabled=${busy || unavailable !== ''}
          @click=${() => void this.test()}
          >Test</button
        >
        <button type="button" id="stop" ?disabled=${!busy} @click=${() => this.stop()}>Stop</button>
        <span class="muted" id="state">${this.#waitingFor() || nothing}</span>
      </div>
      <p class="visually-hidden" role="status">${this.announcement}</p>
      ${loadingPart({ progress: this.progress, status: 'running' })} ${this.#output()}
      ${this.#alert()} ${this.#facts()} ${this.#trace()}
    </section>`;
  }

  /** Why nothing happens at the moment. Empty if something does. */
  #waitingFor(): string {
    if (this.unavailable || this.note) return this.unavailable || this.note;
    if (this.phase === 'loading' && !this.progress) return 'Loading…';
    const silent = this.phase === 'answering' && !this.reply && !this.thinking;
    return silent ? 'Waiting for the first token…' : '';
  }

  #alert() {
    if (!this.error) return nothing;
    return html`<div class="reason" role="alert" data-status="failed"><p>${this.error}</p></div>`;
  }

  #output() {
    if (!this.asked || (this.error && !this.reply && !this.thinking)) return nothing;
    const arriving = this.phase === 'answering';
    return html`<div class="output" part="output" tabindex="0" role="group" aria-label="Reply">
      ${this.thinking ? thinkingPart(this.thinking.trim()) : nothing}
      <pre class="reply ${arriving ? 'arriving' : ''}">${this.reply.trimStart()}</pre>
    </div>`;
  }

  #facts() {
    if (!this.outcome) return nothing;
    const { agent, response } = this.outcome;
    const { usage, timings, finishReason } = response.metadata;
    const { device, backend, model } = agent;
    const facts: [string, string][] = [
      ['backend', backend],
      ['model', model.dtype ? `${model.id} (${model.dtype})` : model.id],
      ['device', device.url ?? device.actual],
      [
        'tokens',
        usage.countedBy === 'nobody'
          ? 'not said by the server'
          : `${usage.completionTokens}${finishReason === 'length' ? ', cut at the limit' : ''}`,
      ],
      ['first token', formatDuration(timings.firstToken)],
    ];
    return html`<dl class="metrics" part="facts">${facts.map(factPart)}</dl>`;
  }

  #trace() {
    const { attempts } = this;
    const { attemptPart } = detailsCode.now ?? {};
    if (attempts.length === 0 || !attemptPart) return nothing;
    const remoteFailed = attempts.some(
      ({ device, outcome }) => device === 'remote' && outcome === 'failed',
    );
    return html`<details part="trace" ?open=${this.outcome !== undefined && remoteFailed}>
      <summary>Trace <span class="muted">(${count(attempts.length, 'attempt')})</span></summary>
      <ol class="attempts">
        ${attempts.map(attemptPart)}
      </ol>
    </details>`;
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void this.test();
  }
}

const thinkingPart = (thinking: string) =>
  html`<div class="thinking"><span class="visually-hidden">Thinking: </span>${thinking}</div>`;

const factPart = ([name, value]: [string, string]) =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** Changes whenever another agent must be loaded. The seed does not count: each call has one. */
function signature(sources: SettingsSources): string {
  const { requested, backends, ...resolved } = resolveSettings(sources);
  const relevant = backends.map((backend) => {
    const { settings, origins } = resolved[backend];
    // With the default model, a server chooses its own. With the same name set, it must have it.
    return { ...settings, seed: 0, chosen: origins.model !== 'default' };
  });
  return JSON.stringify([requested, ...relevant]);
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-try': UnmockedTry;
  }
}
