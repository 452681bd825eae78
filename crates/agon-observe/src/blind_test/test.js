
/* What is right: whether the number of ones in a byte is odd. */
const truth = Array.from(atob(data.key), (letter) => {
  let ones = 0;
  for (let byte = letter.charCodeAt(0); byte; byte >>= 1) ones += byte & 1;
  return ones % 2 ? 'real' : 'generated';
});
const total = data.images.length;
const PAGE = 24;
const STORE = `agon-blind-test-${data.id}`;
const state = { answers: Array(total).fill(null), at: 0, page: 0, sheet: false, finished: null };

/* Browsers that remember nothing lose the answers when the page is closed, and nothing else. */
function remember() {
  try {
    localStorage.setItem(STORE, JSON.stringify(state));
  } catch { /* as said */ }
}

function recall() {
  try {
    const old = JSON.parse(localStorage.getItem(STORE));
    if (old && Array.isArray(old.answers) && old.answers.length === total) Object.assign(state, old);
  } catch { /* as said */ }
}

/* Wilson's interval for `k` of `n`. */
function wilson(k, n) {
  const z = 1.959963984540054;
  if (!n) return [0, 1];
  const [rate, square] = [k / n, z * z];
  const centre = rate + square / (2 * n);
  const half = z * Math.sqrt(rate * (1 - rate) / n + square / (4 * n * n));
  return [Math.max(0, (centre - half) / (1 + square / n)), Math.min(1, (centre + half) / (1 + square / n))];
}

/* How many of these were answered, and how many right. */
function tally(which) {
  let [answered, right] = [0, 0];
  state.answers.forEach((answer, i) => {
    if (!answer || !which(truth[i])) return;
    answered += 1;
    right += answer === truth[i] ? 1 : 0;
  });
  const [low, high] = wilson(right, answered);
  return { answered, right, rate: answered ? right / answered : null, low, high };
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const answered = () => state.answers.filter(Boolean).length;

function answer(what) {
  if (state.finished || state.sheet) return;
  state.answers[state.at] = what;
  const next = state.answers.findIndex((other, i) => !other && i > state.at);
  const any = next >= 0 ? next : state.answers.findIndex((other) => !other);
  if (any >= 0) state.at = any;
  draw();
}

function back() {
  if (state.finished || state.sheet || state.at === 0) return;
  state.at -= 1;
  draw();
}

function turn(i) {
  const next = { null: 'real', real: 'generated', generated: null };
  state.answers[i] = next[state.answers[i]];
  draw();
}

function mark(button, what) {
  button.className = `tile ${what || ''}`;
  button.lastChild.textContent = what || '?';
}

function drawSheet() {
  const first = state.page * PAGE;
  const shown = data.images.slice(first, first + PAGE);
  const tiles = $('tiles');
  if (tiles.dataset.page !== String(state.page)) {
    tiles.dataset.page = state.page;
    tiles.replaceChildren(...shown.map((image, i) => el('button', { 'aria-label': `image ${first + i + 1}`, click: () => turn(first + i) },
      el('img', { src: image, alt: '' }), el('span', {}, '?'))));
  }
  [...tiles.children].forEach((tile, i) => mark(tile, state.answers[first + i]));
  const pages = Math.ceil(total / PAGE);
  $('page').textContent = `sheet ${state.page + 1} of ${pages}`;
  $('previous').disabled = state.page === 0;
  $('next').disabled = state.page + 1 >= pages;
}

function drawOne() {
  const image = $('image');
  image.src = data.images[state.at];
  image.width = data.width * Math.max(1, Math.floor(300 / Math.max(data.width, data.height)));
  for (const what of ['real', 'generated']) $(what).classList.toggle('chosen', state.answers[state.at] === what);
  $('back').disabled = state.at === 0;
}

function drawResult() {
  const all = tally(() => true);
  $('rate').textContent = `${whole(all.right)} of ${whole(all.answered)} right: ${percent(all.rate)}, `
    + `95 % interval ${percent(all.low)} to ${percent(all.high)}`;
  $('verdict').textContent = all.low > 0.5
    ? 'Better than guessing: the generated images can be told from the real ones.'
    : all.high < 0.5
      ? 'Worse than guessing: the difference was seen, but generated images were taken for the real ones.'
      : `No difference from guessing can be seen in ${whole(all.answered)} answers.`;
  $('interval').style.left = percent(all.low).replace(' ', '');
  $('interval').style.width = percent(all.high - all.low).replace(' ', '');
  $('point').style.left = percent(all.rate).replace(' ', '');
  const row = (name, counts) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, whole(counts.answered)),
    el('td', {}, whole(counts.right)), el('td', {}, counts.answered ? percent(counts.rate) : '–'),
    el('td', {}, counts.answered ? `${percent(counts.low)} to ${percent(counts.high)}` : '–'));
  $('table').replaceChildren(row('all', all), row('real images', tally((what) => what === 'real')),
    row('generated images', tally((what) => what === 'generated')));
  $('review').replaceChildren(...state.answers.map((given, i) => [given, i]).filter(([given]) => given).map(([given, i]) => el('div',
    { class: `tile ${truth[i]} ${given === truth[i] ? '' : 'wrong'}` }, el('img', { src: data.images[i], alt: '' }),
    el('span', {}, given === truth[i] ? truth[i] : `${truth[i]}, not ${given}`))));
}

function draw() {
  const n = answered();
  $('ask').hidden = Boolean(state.finished);
  $('result').hidden = !state.finished;
  $('count').textContent = `${whole(n)} of ${whole(total)} answered`;
  $('done').style.width = `${100 * n / total}%`;
  $('finish').disabled = n === 0;
  $('finish').classList.toggle('chosen', n === total);
  $('one').hidden = state.sheet;
  $('all').hidden = !state.sheet;
  $('single').setAttribute('aria-pressed', String(!state.sheet));
  $('sheet').setAttribute('aria-pressed', String(state.sheet));
  if (state.finished) drawResult();
  else if (state.sheet) drawSheet();
  else drawOne();
  remember();
}

function exported() {
  const all = tally(() => true);
  return JSON.stringify({
    test: data.id, title: data.title, finished: state.finished, images: total, answered: all.answered, right: all.right,
    rate: all.rate, interval: [all.low, all.high], confidence: 0.95, differs_from_chance: all.low > 0.5 || all.high < 0.5,
    answers: state.answers.map((given, image) => ({ image, answer: given, truth: truth[image] })).filter((one) => one.answer),
  }, null, 2);
}

function save() {
  const address = URL.createObjectURL(new Blob([exported()], { type: 'application/json' }));
  const link = el('a', { href: address, download: `blind-test-${data.id}.json` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || state.finished || state.sheet) return;
  const keys = {
    ArrowLeft: () => answer('real'), r: () => answer('real'), ArrowRight: () => answer('generated'), g: () => answer('generated'),
    Backspace: back, ArrowUp: back,
  };
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

document.title = data.title;
$('title').textContent = data.title;
$('question').textContent = data.question;
$('real').addEventListener('click', () => answer('real'));
$('generated').addEventListener('click', () => answer('generated'));
$('back').addEventListener('click', back);
$('single').addEventListener('click', () => { state.sheet = false; draw(); });
$('sheet').addEventListener('click', () => { state.sheet = true; draw(); });
$('previous').addEventListener('click', () => { state.page -= 1; draw(); });
$('next').addEventListener('click', () => { state.page += 1; draw(); });
$('finish').addEventListener('click', () => { state.finished = new Date().toISOString(); draw(); });
$('export').addEventListener('click', save);
$('again').addEventListener('click', () => {
  Object.assign(state, { answers: Array(total).fill(null), at: 0, page: 0, finished: null });
  draw();
});
document.addEventListener('keydown', press);
recall();
draw();
