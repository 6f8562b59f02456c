import { define } from './define.js';
import { modelsTexts } from './models-texts.js';
import { UnmockedModels } from './unmocked-models.js';
import type { UnmockedHarness } from './unmocked-harness.js';

/** The page of models, with its title and the way back. It stays when it is left: nothing is lost. */
export function createModelsPage(harness: UnmockedHarness): HTMLElement {
  define({ 'unmocked-models': UnmockedModels });
  const page = document.createElement('div');
  page.className = 'models-page';
  const back = document.createElement('a');
  back.href = `#${harness.selected}`;
  back.textContent = `← ${modelsTexts.back}`;
  back.addEventListener('click', (event) => {
    event.preventDefault();
    leave(harness.selected);
  });
  const heading = document.createElement('h1');
  heading.textContent = modelsTexts.heading;
  heading.tabIndex = -1;
  const sentence = document.createElement('p');
  sentence.textContent = modelsTexts.sentence;
  const element = document.createElement('unmocked-models');
  element.settings = harness.settings;
  element.scenarios = harness.scenarios;
  const follow = () => {
    element.unavailable = harness.running ? modelsTexts.running : '';
  };
  for (const type of ['unmocked-start', 'unmocked-report', 'unmocked-error'] as const)
    harness.addEventListener(type, () => queueMicrotask(follow));
  follow();
  page.append(back, heading, sentence, element);
  return page;
}

/** The harness's own address: it names the chosen scenario. */
function leave(selected: string): void {
  const url = new URL(location.href);
  url.hash = selected;
  history.pushState(history.state, '', url.href.replace(/#$/, ''));
  dispatchEvent(new PopStateEvent('popstate'));
}
