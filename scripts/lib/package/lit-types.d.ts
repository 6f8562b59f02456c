/**
 * What the elements' types need of Lit, whose code is in the package while its types are not. The
 * full story is on https://lit.dev/docs/api/LitElement/.
 */

export interface CSSResult {
  readonly cssText: string;
}

export interface TemplateResult<T extends 1 | 2 = 1 | 2> {
  _$litType$: T;
  strings: TemplateStringsArray;
  values: unknown[];
}

export interface ReactiveController {
  hostConnected?(): void;
  hostDisconnected?(): void;
  hostUpdate?(): void;
  hostUpdated?(): void;
}

export interface ReactiveControllerHost {
  addController(controller: ReactiveController): void;
  removeController(controller: ReactiveController): void;
  requestUpdate(): void;
  readonly updateComplete: Promise<boolean>;
}

export declare class LitElement extends HTMLElement implements ReactiveControllerHost {
  /** Settles when the element has rendered its latest change. */
  get updateComplete(): Promise<boolean>;
  /** The shadow root. */
  readonly renderRoot: HTMLElement | DocumentFragment;
  hasUpdated: boolean;
  isUpdatePending: boolean;
  addController(controller: ReactiveController): void;
  removeController(controller: ReactiveController): void;
  requestUpdate(name?: PropertyKey, oldValue?: unknown): void;
  connectedCallback(): void;
  disconnectedCallback(): void;
  attributeChangedCallback(name: string, old: string | null, value: string | null): void;
  protected render(): unknown;
  protected scheduleUpdate(): void | Promise<unknown>;
  protected performUpdate(): void;
  protected shouldUpdate(changed: Map<PropertyKey, unknown>): boolean;
  protected willUpdate(changed: Map<PropertyKey, unknown>): void;
  protected update(changed: Map<PropertyKey, unknown>): void;
  protected updated(changed: Map<PropertyKey, unknown>): void;
  protected firstUpdated(changed: Map<PropertyKey, unknown>): void;
  protected getUpdateComplete(): Promise<boolean>;
  protected createRenderRoot(): HTMLElement | DocumentFragment;
}
