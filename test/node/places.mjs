/* Functions for `page.evaluate`: each has to stand alone. */

/**
 * Where a page keeps or shows a text.
 *
 * @param {string} text
 */
export async function placesWith(text) {
  /** @type {string[]} */
  const places = [];
  /**
   * @param {string} place
   * @param {string | null | undefined} content
   */
  const look = (place, content) => {
    if (content?.includes(text)) places.push(place);
  };
  for (const name of /** @type {const} */ (['localStorage', 'sessionStorage']))
    for (const [key, value] of Object.entries(globalThis[name]))
      look(`${name} ${key}`, key + value);

  for (const { name } of await indexedDB.databases()) {
    if (!name) continue;
    const database = await new Promise((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    for (const store of database.objectStoreNames) {
      const all = await new Promise((resolve, reject) => {
        const reading = database.transaction(store).objectStore(store).getAll();
        reading.onsuccess = () => resolve(reading.result);
        reading.onerror = () => reject(reading.error);
      });
      look(`indexedDB ${name}/${store}`, JSON.stringify(all));
    }
    database.close();
  }

  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const headers = JSON.stringify([...request.headers]);
      const body = await (await cache.match(request))?.text();
      look(`caches ${name} ${request.url}`, request.url + headers + body);
    }
  }

  /**
   * @param {any} folder
   * @param {string} path
   */
  const walk = async (folder, path) => {
    for await (const [name, handle] of folder) {
      if (handle.kind === 'directory') await walk(handle, `${path}${name}/`);
      else look(`files ${path}${name}`, name + (await (await handle.getFile()).text()));
    }
  };
  await walk(await navigator.storage.getDirectory(), '/');

  /** @param {Document | ShadowRoot} root */
  const read = (root) => {
    look(`document ${root instanceof ShadowRoot ? root.host.localName : ''}`, innerOf(root));
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) read(element.shadowRoot);
      if ('value' in element && typeof element.value === 'string')
        look(`document ${element.localName}.value`, element.value);
    }
  };
  /** @param {Document | ShadowRoot} root */
  const innerOf = (root) =>
    root instanceof ShadowRoot ? root.innerHTML : root.documentElement.outerHTML;
  read(document);
  look('history', JSON.stringify(history.state));
  look('title', document.title);
  return places;
}

/**
 * Leaves a text in each kind of place.
 *
 * @param {string} text
 */
export async function plant(text) {
  localStorage.setItem('left', text);
  sessionStorage.setItem('left', text);
  await new Promise((resolve, reject) => {
    const opening = indexedDB.open('left', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('left').add({ text }, 1);
    opening.onsuccess = () => resolve(opening.result.close());
    opening.onerror = () => reject(opening.error);
  });
  await (await caches.open('left')).put('/left', new Response(text));
  const root = await navigator.storage.getDirectory();
  const file = await (await root.getFileHandle('left', { create: true })).createWritable();
  await file.write(text);
  await file.close();
  const host = document.body.appendChild(document.createElement('div'));
  const shadow = host.attachShadow({ mode: 'open' });
  shadow.append(document.createElement('p'), document.createElement('input'));
  shadow.querySelector('p')?.append(text);
  const input = shadow.querySelector('input');
  if (input) input.value = text;
}
