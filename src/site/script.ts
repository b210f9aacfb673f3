/** Filters the rows of the first page; what is chosen is in the address. */
export const script = `
const form = document.querySelector('form');
const rows = [...document.querySelectorAll('.matrix tbody tr')];
const columns = [...document.querySelectorAll('.matrix thead th')].map((one) => one.dataset.id);
const statusOf = (row, id) => row.children[columns.indexOf(id)]?.title ?? '';
function show() {
  const { q, label, status, requirement } = Object.fromEntries(new FormData(form));
  const words = q.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const labels = JSON.parse(row.dataset.l);
    const text = (row.children[0].textContent + ' ' + row.children[1].textContent + ' ' + labels.join(' ') + ' ' + row.dataset.t).toLowerCase();
    const found = requirement ? [statusOf(row, requirement)].filter(Boolean) : [...row.children].slice(3).map((cell) => cell.title).filter(Boolean);
    const fits = status === 'none' ? found.length === 0 : status ? found.includes(status) : !requirement || found.length > 0;
    row.hidden = !(fits && (!label || labels.includes(label)) && words.every((word) => text.includes(word)));
    if (!row.hidden) shown += 1;
  }
  document.querySelector('output').textContent = shown + ' of ' + rows.length;
  const chosen = new URLSearchParams(Object.entries({ q, label, status, requirement }).filter(([, value]) => value));
  history.replaceState(null, '', chosen.size ? '?' + chosen : location.pathname);
}
for (const [name, value] of new URLSearchParams(location.search)) if (form.elements[name]) form.elements[name].value = value;
form.addEventListener('input', show);
form.addEventListener('submit', (event) => event.preventDefault());
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target.matches('input, select')) return;
  event.preventDefault();
  form.elements.q.focus();
});
form.hidden = false;
show();
`;
