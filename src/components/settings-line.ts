import { html } from 'lit';
import { describeOrigin } from '../settings/setting-rows.js';
import type { SettingsStore } from '../settings/settings-store.js';
import type { AgentSettings } from '../settings/settings.js';
import { texts } from './texts.js';

const SHOWN = ['model', 'device', 'backend', 'seed', 'timeoutSeconds'] as const;

/** The settings in use, in one line, each with its origin unless that is the default. */
export function settingsLine({ resolved, sources }: SettingsStore) {
  const [backend = 'local'] = resolved.backends;
  const { settings, origins } = resolved[backend];
  const value = (name: (typeof SHOWN)[number]) => {
    const text = textOf(name, settings, origins.model === 'default' && backend === 'remote');
    const origin = describeOrigin(name, backend, resolved, sources);
    return html`<span class="value"
      >${text}${origins[name] === 'default' ? '' : html` <span class="muted">(${origin})</span>`}</span
    >`;
  };
  const untouched = SHOWN.every((name) => origins[name] === 'default');
  return html`<span class="values" id="using"
    >${SHOWN.map((name, index) => html`${index > 0 ? ' · ' : ''}${value(name)}`)}
    <span class="muted">${untouched ? texts.settings.defaults : texts.settings.rest}</span></span
  >`;
}

function textOf(
  name: (typeof SHOWN)[number],
  settings: AgentSettings,
  serverChooses: boolean,
): string {
  switch (name) {
    case 'model':
      return serverChooses ? texts.settings.theModel : settings.model;
    case 'device':
      return texts.settings.device(settings.device);
    case 'backend':
      return texts.settings.backend(settings.backend);
    case 'seed':
      return texts.settings.seed(settings.seed);
    case 'timeoutSeconds':
      return texts.settings.timeout(settings.timeoutSeconds);
  }
}
