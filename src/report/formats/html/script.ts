/** What moves in the HTML report: filters, deep links, copying. Everything is readable without it. */
export const script = `
'use strict';
const all = [...document.querySelectorAll('.requirement')];
const form = document.querySelector('form');
const shown = document.querySelector('output');
form.hidden = false;

function filter() {
  const data = new FormData(form);
  const statuses = new Set(data.getAll('status'));
  const levels = new Set(data.getAll('level'));
  const words = String(data.get('text')).toLowerCase().trim();
  for (const one of all) {
    const { status, level, text } = one.dataset;
    one.hidden = !(statuses.has(status) && levels.has(level) && text.includes(words));
  }
  for (const topic of document.querySelectorAll('main section')) {
    topic.hidden = !topic.querySelector('.requirement:not([hidden])');
  }
  const count = all.filter((one) => !one.hidden).length;
  shown.textContent = count + ' of ' + all.length + ' requirements shown';
}

function reveal() {
  const one = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!one || !one.classList.contains('requirement')) return;
  if (one.hidden) { form.reset(); filter(); }
  one.open = true;
  one.scrollIntoView();
  one.querySelector('summary').focus({ preventScroll: true });
}

async function copy(button) {
  const { textContent: text } = button.parentElement.querySelector('code');
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
  setTimeout(() => { button.textContent = 'Copy'; }, 2000);
}

form.addEventListener('input', filter);
form.addEventListener('reset', () => setTimeout(filter));
form.addEventListener('submit', (event) => event.preventDefault());
addEventListener('hashchange', reveal);
document.addEventListener('click', ({ target }) => {
  if (target.matches('.copy')) copy(target);
  if (target.matches('.open-all, .close-all')) {
    for (const one of all) if (!one.hidden) one.open = target.matches('.open-all');
  }
  if (target.matches('[data-only]')) {
    for (const box of form.querySelectorAll('[name=status]')) {
      box.checked = box.value === target.dataset.only;
    }
    filter();
  }
});
for (const button of document.querySelectorAll('.copy')) button.hidden = false;
filter();
reveal();
`;
