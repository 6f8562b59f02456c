import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Agent, AgentResponse } from '../agents/agent.js';
import { ReasoningStream } from '../agents/reasoning-stream.js';
import { validateAgent, VALIDATION_PROMPT } from '../agents/validate-agent.js';
import { requestedBackend, resolveSettings, type SettingsSources } from '../settings/sources.js';
import type { Attempt } from '../engine/ladder.js';
import { abortError, isAbortError, toErrorRecord, untilAborted } from '../errors.js';
import { fetched } from '../fetched.js';
import { observe } from '../harness/observe.js';
import { UnmockedTestEvent } from './events.js';
import { count, formatDuration } from './format.js';
import { attemptPart, loadingPart } from './scenario-parts.js';
import type { ScenarioState } from '../harness/scenario-state.js';
import { themeStyles } from './theme.styles.js';
import { scenarioStyles } from './unmocked-scenario.styles.js';
import { tryStyles } from './unmocked-try.styles.js';

const RENDER_INTERVAL_MS = 50;
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
 * Asks what is set something, to see whether it answers. The agent stays loaded for the next prompt, until the settings change, a run wants
 * the machine or the element goes.
 *
 * @fires unmocked-test - A test begins. Does not bubble.
 * @csspart panel, output, facts, trace
 */
export class UnmockedTry extends LitElement {
  static override styles = [themeStyles, scenarioStyles, tryStyles];

  /** What to load. */
  @property({ attribute: false }) sources: SettingsSources = {};
  /** Why nothing can be tested now; empty where it can. */
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
  @state() private said = '';

  #agent: Agent | undefined;
  #controller: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  /** The settings that the agent was loaded with; they hold a key and go nowhere. */
  #loadedWith: string | undefined;
  #renderedAt = 0;

  /** The agent that is loaded. */
  get agent(): Agent | undefined {
    return this.#agent;
  }

  /** A test is under way. */
  get busy(): boolean {
    return this.#controller !== undefined;
  }

  /** Tokens come faster than anybody reads. */
  protected override async scheduleUpdate(): Promise<void> {
    const pause = this.#renderedAt + RENDER_INTERVAL_MS - performance.now();
    if (this.hasUpdated && this.phase === 'answering' && pause > 0)
      await new Promise((resolve) => setTimeout(resolve, pause));
    super.scheduleUpdate();
    this.#renderedAt = performance.now();
  }

  protected override willUpdate(): void {
    if (this.#loadedWith === undefined || this.#loadedWith === signature(this.sources)) return;
    this.#loadedWith = undefined;
    // What is shown was said by other settings.
    Object.assign(this, nothingYet, {
      note: this.#controller ? 'Stopped: the settings changed.' : '',
    });
    void this.release();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.release();
  }

  /** Asks; what comes of it is shown. Settles when it is over, and never rejects. */
  test(): Promise<void> {
    if (!this.#controller && !this.unavailable) this.#running = this.#test(new AbortController());
    return this.#running;
  }

  /** Ends the test that is under way; the agent stays. */
  stop(): void {
    this.#controller?.abort();
  }

  /** Ends the test that is under way and lets go of the agent; settles when its engine is gone. */
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
    // The trace is that of the agent, which may be loaded still.
    Object.assign(this, nothingYet, { attempts, said: 'Testing.' });
    this.#moveFocus('test', 'stop');
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
      this.said = 'The test is over: it answers.';
    } catch (error) {
      if (signal.aborted || isAbortError(error)) this.note ||= 'Stopped.';
      else this.error = toErrorRecord(error).message;
      this.said = this.error ? '' : this.note; // the error is said by itself
    } finally {
      this.#controller = undefined;
      this.progress = undefined;
      this.phase = 'idle';
      this.#moveFocus('stop', 'test');
    }
  }

  async #load(signal: AbortSignal): Promise<Agent> {
    this.phase = 'loading';
    this.attempts = [];
    this.#loadedWith = signature(this.sources);
    const { argument = {}, ...sources } = this.sources;
    const { loadAgent } = await untilAborted(fetched(import('../agents/load-agent.js')), signal);
    const agent = await loadAgent({
      ...argument,
      sources,
      signal,
      onWarning: () => undefined, // said where the config.toml is
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
    const prompt = this.#prompt.trim();
    this.asked = true;
    if (prompt) {
      const { seed } = resolveSettings(this.sources, agent.backend).settings;
      const stream = agent.stream(prompt, { signal, seed });
      for await (const { thinking, response } of stream) this.#show(thinking, response);
      return stream.response;
    }
    const reasoning = new ReasoningStream();
    const watched = observe(agent, () => ({
      onToken: ({ text }) => {
        const { thinking, response } = reasoning.push(text);
        this.#show(thinking, response);
      },
      onResponse: () => undefined,
    }));
    const validation = await validateAgent(watched, { signal });
    if (!validation.valid)
      throw validation.error ?? new Error(`It does not answer: ${validation.reason}.`);
    return validation.response;
  }

  #show(thinking: string, response: string): void {
    this.thinking += thinking;
    this.reply += response;
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
        <textarea id="prompt" rows="2" placeholder=${VALIDATION_PROMPT} ?disabled=${unavailable !== ''} @keydown=${this.#key}></textarea>
      </div>
      <div class="buttons">
        <button type="button" id="test" ?disabled=${busy || unavailable !== ''} @click=${() => void this.test()}>Test</button>
        <button type="button" id="stop" ?disabled=${!busy} @click=${() => this.stop()}>Stop</button>
        <span class="muted" id="state">${unavailable || this.note || (phase === 'loading' && !this.progress ? 'Loading…' : phase === 'answering' && !this.reply && !this.thinking ? 'Waiting for the first token…' : nothing)}</span>
      </div>
      <p class="visually-hidden" role="status">${this.said}</p>
      ${loadingPart({ progress: this.progress, status: 'running' })} ${this.#output()}
      ${this.error ? html`<div class="reason" role="alert" data-status="failed"><p>${this.error}</p></div>` : nothing} ${this.#facts()} ${this.#trace()}
    </section>`;
  }

  #output() {
    if (!this.asked || (this.error && !this.reply && !this.thinking)) return nothing;
    return html`<div class="output" part="output" tabindex="0" role="group" aria-label="Reply">
      ${this.thinking ? html`<div class="thinking"><span class="visually-hidden">Thinking: </span>${this.thinking.trim()}</div>` : nothing}
      <pre class="reply ${this.phase === 'answering' ? 'arriving' : ''}">${this.reply.trimStart()}</pre>
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
    return html`<dl class="metrics" part="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
  }

  #trace() {
    const { attempts } = this;
    if (attempts.length === 0) return nothing;
    return html`<details part="trace" ?open=${this.outcome !== undefined && attempts.some(({ device, outcome }) => device === 'remote' && outcome === 'failed')}>
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

  /** A button that becomes disabled loses the focus of whoever pressed it by keyboard. */
  #moveFocus(from: string, to: string): void {
    if (this.shadowRoot?.activeElement?.id === from)
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector<HTMLElement>(`#${to}`)?.focus(),
      );
  }
}

/** What makes one agent another: all settings of both backends, but the seed, which each call has. */
function signature(sources: SettingsSources): string {
  const resolved = (['local', 'remote'] as const).map((backend) => {
    const { settings, sources: from } = resolveSettings(sources, backend);
    // A model that nobody chose is another thing than the same one chosen: a server's own one takes its place.
    return { ...settings, seed: 0, chosen: from.model !== 'default' };
  });
  return JSON.stringify([requestedBackend(sources), ...resolved]);
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-try': UnmockedTry;
  }
}
