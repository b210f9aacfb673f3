import { html } from 'hono/html';
import type { Part } from './part.ts';

/** A command with a button that copies it. */
export function renderCurl(curl: string): Part {
  return html`<div class="curl"><code>${curl}</code><button type="button" class="copy" hidden>Copy</button></div>`;
}
