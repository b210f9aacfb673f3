/** What moves in the HTML report: filters, deep links, copying. Everything is readable without it. */
export const script = `
'use strict';
const all = [...document.querySelectorAll('.requirement')];
const form = document.querySelector('form');
const shown = document.querySelector('output');
const folded = [...document.querySelectorAll('.folded')];
form.hidden = false;
for (const time of document.querySelectorAll('time')) time.title = new Date(time.dateTime).toLocaleString();

function filter() {
  const data = new FormData(form);
  const statuses = new Set(data.getAll('status'));
  const levels = new Set(data.getAll('level'));
  const words = String(data.get('text')).toLowerCase().trim();
  for (const one of all) {
    const { status, level, text } = one.dataset;
    one.hidden = !(statuses.has(status) && levels.has(level) && text.includes(words));
  }
  for (const topic of document.querySelectorAll('main section:has(.requirement)')) {
    topic.hidden = !topic.querySelector('.requirement:not([hidden])');
  }
  // What is looked for is not to lie folded.
  const isNarrowed = words !== '' || form.querySelector('input[type=checkbox]:not(:checked)');
  for (const group of folded) {
    group.hidden = !group.querySelector('.requirement:not([hidden])');
    if (isNarrowed) group.open = true;
  }
  remember();
  const count = all.filter((one) => !one.hidden).length;
  shown.textContent = count + ' of ' + all.length + ' requirements shown';
}

// Filters, words and the open card are in the fragment: "#array?text=cache&off=status:pass".
function remember() {
  const [id] = location.hash.slice(1).split('?');
  const off = [...form.querySelectorAll('input[type=checkbox]:not(:checked)')];
  const query = new URLSearchParams(off.map((box) => ['off', box.name + ':' + box.value]));
  if (form.elements.text.value) query.set('text', form.elements.text.value);
  const hash = '#' + id + (String(query) ? '?' + query : '');
  if (hash !== (location.hash || '#')) history.replaceState(null, '', hash);
}

function recall() {
  const query = new URLSearchParams(location.hash.split('?')[1] || '');
  for (const box of form.querySelectorAll('input[type=checkbox]')) {
    box.checked = !query.getAll('off').includes(box.name + ':' + box.value);
  }
  form.elements.text.value = query.get('text') || '';
}

function reveal() {
  const [id, query] = location.hash.slice(1).split('?');
  const one = document.getElementById(decodeURIComponent(id));
  if (!one || !one.classList.contains('requirement')) return;
  // What its own filters hide stays hidden; a plain link shows what it names.
  if (one.hidden && query) return;
  if (one.hidden) { form.reset(); filter(); }
  const group = one.closest('.folded');
  if (group) group.open = true;
  one.open = true;
  one.scrollIntoView();
  one.querySelector('summary').focus({ preventScroll: true });
}

async function copy(button) {
  const text = button.dataset.issue || button.parentElement.querySelector('code').textContent;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    button.focus();
  }
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = label; }, 2000);
}

form.addEventListener('input', filter);
form.addEventListener('reset', () => setTimeout(filter));
form.addEventListener('submit', (event) => event.preventDefault());
addEventListener('hashchange', reveal);
document.addEventListener('click', ({ target }) => {
  if (target.matches('.copy')) copy(target);
  if (target.matches('.open-all, .close-all')) {
    for (const one of [...folded, ...all]) if (!one.hidden) one.open = target.matches('.open-all');
  }
  if (target.matches('[data-only]')) {
    for (const box of form.querySelectorAll('[name=status]')) {
      box.checked = box.value === target.dataset.only;
    }
    filter();
  }
});
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input')) return;
  const cards = all.filter((one) => one.offsetParent !== null);
  const at = cards.findIndex((one) => one.contains(document.activeElement));
  const next = { j: cards[at + 1], k: at < 0 ? undefined : cards[at - 1] }[event.key];
  if (event.key === '/') form.elements.text.focus();
  else if (next) next.querySelector('summary').focus();
  else return;
  event.preventDefault();
});
for (const button of document.querySelectorAll('.copy')) button.hidden = false;
recall();
filter();
reveal();
`;
