import { html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Agent, AgentResponse } from '../agents/agent.js';
import { VALIDATION_PROMPT } from '../agents/validate-agent.js';
import type { Attempt } from '../engine/ladder.js';
import { abortError, isAbortError, toErrorRecord, untilAborted } from '../errors.js';
import { fetched } from '../fetched.js';
import { resolveSettings, type SettingsSources } from '../settings/resolve.js';
import { UnmockedTestedEvent, UnmockedTestEvent } from './settings-events.js';
import { count } from '../format.js';
import { answerFacts, receiptPart, tracePart } from './answer-parts.js';
import { detailsCode } from './details-code.js';
import { moveFocus } from './move-focus.js';
import { loadingPart } from './loading-part.js';
import { DownloadNote } from './download-note.js';
import { hidden } from './scenario-parts.js';
import { texts } from './texts.js';
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
 * Asks the model one question. It is the first thing on the page, and shows whether the settings
 * work. It says first what has to be downloaded. The agent stays loaded for the next prompt, until the
 * settings change, a run needs the engine, or the element is removed.
 *
 * @fires unmocked-test - A test begins. Does not bubble.
 * @fires unmocked-tested - A test is over. Does not bubble.
 * @csspart panel, suggestions, download, output, facts, receipt, trace
 */
export class UnmockedTry extends StreamingElement {
  static override styles = [themeStyles, scenarioStyles, tryStyles];

  /** The settings to test. */
  @property({ attribute: false }) sources: SettingsSources = {};
  /** Why no test can run now; empty if one can. */
  @property() unavailable = '';

  /** The page keeps things in this browser. */
  @property({ type: Boolean }) keeps = false;

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

  readonly #download = new DownloadNote(this, () => ({
    sources: this.sources,
    loaded: this.#agent?.backend === 'local',
    keeps: this.keeps,
  }));
  #pieces = 0;
  #firstAt = 0;
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
      note: this.#controller ? texts.ask.changed : '',
    });
    void this.release();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.release();
  }

  /** What the last test said, in one line; empty while there is none. */
  get said(): { text: string; failed: boolean } {
    if (this.error) return { text: this.error, failed: true };
    if (!this.outcome) return { text: this.note, failed: false };
    const { device, backend } = this.outcome.agent;
    const facts = [this.reply, backend, device.url ?? device.actual].join(' · ');
    return { text: texts.settings.works(facts), failed: false };
  }

  /**
   * Runs a test and shows the outcome. Settles when it is over, and never rejects.
   *
   * @param prompt Default: what the user typed.
   */
  test(prompt = this.#prompt): Promise<void> {
    if (!this.#controller && !this.unavailable)
      this.#running = this.#test(prompt, new AbortController());
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
    if (agent) this.#download.check();
    this.#controller?.abort();
    await agent?.dispose();
    await this.#running;
  }

  async #test(prompt: string, controller: AbortController): Promise<void> {
    this.#controller = controller;
    const { signal } = controller;
    this.dispatchEvent(new UnmockedTestEvent());
    const { attempts } = this;
    // The trace belongs to the agent, which may still be loaded.
    Object.assign(this, nothingYet, { attempts, announcement: texts.ask.asking });
    moveFocus(this, 'test', 'stop');
    try {
      const agent = this.#agent ?? (await this.#load(signal));
      this.phase = 'answering';
      this.progress = undefined;
      const response = await this.#ask(agent, prompt, signal);
      this.thinking = response.thinking;
      this.reply = response.response;
      this.outcome = {
        agent: { backend: agent.backend, model: agent.model, device: agent.device },
        response,
      };
      this.announcement = texts.ask.answered(this.reply);
    } catch (error) {
      if (signal.aborted || isAbortError(error)) this.note ||= texts.ask.stopped;
      else this.error = toErrorRecord(error).message;
      this.announcement = this.error ? '' : this.note; // The error has its own alert.
    } finally {
      this.#controller = undefined;
      this.progress = undefined;
      this.phase = 'idle';
      if (this.#agent?.backend === 'local') this.#download.loaded();
      moveFocus(this, 'stop', 'test');
      this.dispatchEvent(new UnmockedTestedEvent());
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

  async #ask(agent: Agent, prompt: string, signal: AbortSignal): Promise<AgentResponse> {
    this.asked = true;
    this.#pieces = 0;
    const { askAgent } = await untilAborted(fetched(import('../harness/ask-agent.js')), signal);
    return askAgent(agent, {
      prompt: prompt.trim(),
      seed: resolveSettings(this.sources)[agent.backend === 'remote' ? 'remote' : 'local'].settings
        .seed,
      signal,
      onText: (thinking, reply) => {
        if (this.#pieces++ === 0) this.#firstAt = performance.now();
        this.thinking += thinking;
        this.reply += reply;
      },
    });
  }

  get #prompt(): string {
    return this.renderRoot.querySelector<HTMLTextAreaElement>('#prompt')?.value ?? '';
  }

  override render() {
    const busy = this.#controller !== undefined;
    const { unavailable } = this;
    return html`<section part="panel" aria-labelledby="heading" ?data-untouched=${this.#untouched}>
      <h2 id="heading" class="visually-hidden">${texts.ask.heading}</h2>
      <div class="question">
        <label for="prompt" class="visually-hidden">${texts.ask.prompt}</label>
        <textarea
          id="prompt"
          rows="2"
          placeholder=${VALIDATION_PROMPT}
          ?disabled=${unavailable !== ''}
          @keydown=${this.#key}
        ></textarea>
        <div class="buttons">
          <button
            type="button"
            id="test"
            class="primary"
            ?disabled=${busy || unavailable !== ''}
            @click=${() => void this.test()}
            >${texts.ask.ask}</button
          >
          <button type="button" id="stop" ?disabled=${!busy} @click=${() => this.stop()}
            >${texts.ask.stop}</button
          >
        </div>
      </div>
      <div class="suggestions" part="suggestions" role="group" aria-label=${texts.ask.suggestions}>
        ${texts.ask.prompts.map(this.#suggestion)}
      </div>
      <p class="download muted" part="download">${this.unavailable || this.#download.text}</p>
      <p class="visually-hidden" role="status">${this.announcement}</p>
      <div class="answer">
        ${this.#answer()}
        <p class="muted" id="state">${this.#waitingFor()}</p>
        ${loadingPart({ progress: this.progress, status: 'running' })}
      </div>
      ${this.#outcome()}
    </section>`;
  }

  #suggestion = (prompt: string) => html`<button
    type="button"
    class="suggestion"
    aria-disabled=${this.busy || this.unavailable !== ''}
    @click=${() => this.#suggest(prompt)}
    >${prompt}</button
  >`;

  #suggest(prompt: string): void {
    const area = this.renderRoot.querySelector<HTMLTextAreaElement>('#prompt');
    if (!area || this.busy || this.unavailable) return;
    area.value = prompt;
    void this.test();
  }

  /** Nobody has asked anything yet. */
  get #untouched(): boolean {
    return !this.asked && !this.busy && !this.note && !this.error;
  }

  /** Why nothing happens at the moment. Empty if something does. */
  #waitingFor(): string {
    if (this.note) return this.note;
    if (this.phase === 'loading' && !this.progress) return texts.ask.loading;
    if (this.phase !== 'answering') return '';
    if (this.#pieces === 0) return texts.ask.waiting;
    const seconds = (performance.now() - this.#firstAt) / 1000;
    const rate = this.#pieces > 1 && seconds > 0 ? (this.#pieces - 1) / seconds : 0;
    return [count(this.#pieces, 'token'), ...(rate > 0 ? [texts.ask.rate(rate)] : [])].join(' · ');
  }

  /** The reply, or what is there in its place. Its height does not change when it comes. */
  #answer() {
    if (this.error && !this.reply && !this.thinking)
      return html`<div class="reason" role="alert" data-status="failed"><p>${this.error}</p></div>`;
    if (this.#untouched && this.unavailable) return nothing;
    if (this.#untouched) return html`<p class="poster muted">${texts.ask.poster}</p>`;
    if (!this.asked) return nothing;
    const arriving = this.phase === 'answering';
    return html`<div
        class="output"
        part="output"
        tabindex="0"
        role="group"
        aria-label=${texts.ask.reply}
      >
        ${this.thinking ? thinkingPart(this.thinking.trim()) : nothing}
        <pre class="reply ${arriving ? 'arriving' : ''}">${this.reply.trimStart()}</pre>
      </div>
      ${
        this.error
          ? html`<div class="reason" role="alert" data-status="failed"><p>${this.error}</p></div>`
          : nothing
      }`;
  }

  #outcome() {
    const { outcome, attempts } = this;
    return html`<div class="outcome">
      <div class="figures-line"
        >${outcome ? answerFacts(outcome.agent, outcome.response) : nothing}</div
      >
      <div class="more">
        ${outcome ? receiptPart(outcome.agent, outcome.response) : nothing}
        ${tracePart(attempts, outcome !== undefined)}
      </div>
    </div>`;
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void this.test();
  }
}

const thinkingPart = (thinking: string) =>
  html`<div class="thinking">${hidden(texts.ask.thinking)}${thinking}</div>`;

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
