import { html } from 'lit';
import type { StoredModel } from '../engine/stored-models.js';
import { formatBytes } from '../format.js';
import { modelsTexts } from './models-texts.js';

const texts = modelsTexts.stored;

/** What is kept in this browser, with a button that deletes each, and one that deletes all. */
export function storedPart(
  stored: readonly StoredModel[] | undefined,
  onDelete: (chosen: readonly StoredModel[], name: string) => unknown,
) {
  if (!stored) return html`<p class="muted">…</p>`;
  if (stored.length === 0) return html`<p class="muted" id="none-stored">${texts.none}</p>`;
  const sum = stored.reduce((total, { bytes }) => total + bytes, 0);
  return html`<div class="row">
      <span>${texts.sum(stored.length, sum)}</span>
      <button type="button" id="delete-all" @click=${() => onDelete(stored, texts.all)}
        >${texts.deleteAll}</button
      >
    </div>
    <div class="scroll" tabindex="0" role="region" aria-label=${texts.table}>
      <table>
        <thead>
          <tr>
            ${Object.values(texts.columns).map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${stored.map((one) => row(one, onDelete))}
        </tbody>
      </table>
    </div>`;
}

function row(model: StoredModel, onDelete: Parameters<typeof storedPart>[1]) {
  const { id, files, bytes, keptAt } = model;
  const name = id || texts.unknown;
  return html`<tr data-stored=${id}>
    <th scope="row">${name}</th>
    <td
      ><details
        ><summary>${texts.files(files.length)}</summary>
        <ul>
          ${files.map(
            ({ path, bytes: size, incomplete }) =>
              html`<li
                ><code>${path}</code> ${formatBytes(size)}${incomplete ? `, ${texts.incomplete}` : ''}</li
              >`,
          )}
        </ul></details
      ></td
    >
    <td>${formatBytes(bytes)}</td>
    <td>${keptAt ? new Date(keptAt).toLocaleString() : texts.unsaid}</td>
    <td
      ><button type="button" aria-label=${texts.deleteLabel(name)} @click=${() => onDelete([model], name)}
        >${texts.delete}</button
      ></td
    >
  </tr>`;
}
