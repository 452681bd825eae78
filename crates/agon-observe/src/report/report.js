
/* ---- The rest of the report ---- */

const STATES = { running: 'running', spent: 'done', stopped: 'stopped', failed: 'failed' };

function drawHead() {
  document.title = data.title;
  $('title').textContent = data.title;
  const state = $('state');
  state.textContent = STATES[data.ending.kind] || data.ending.kind;
  state.className = `state ${data.ending.kind}`;
  const speed = data.seconds > 0 && data.played > 0 ? `${number(data.played / data.seconds, 3)} rounds/s` : null;
  const facts = [
    data.total ? `round ${whole(data.step)} of ${whole(data.total)}` : `round ${whole(data.step)}`,
    `trained for ${duration(data.seconds)}`, speed, `seed ${data.seed}`,
  ];
  $('facts').textContent = facts.filter(Boolean).join(' · ');
  $('reason').textContent = data.ending.reason;
  $('reason').hidden = !data.ending.reason;
  if (data.total) $('done').style.width = `${Math.min(100, 100 * data.step / data.total)}%`;
  $('bar').hidden = !data.total;
  const when = new Date(data.updated * 1000).toLocaleString();
  $('written').textContent = `Written by agon ${data.agon} at ${when}${data.ending.kind === 'running'
    ? ', while the run went on. Reload the page to see more; if it no longer changes, the run was cut short.' : '.'}`;
}

/* The newest notes first. Alarms and warnings are always seen; other notes on demand. */
function drawNotes() {
  const notes = [...data.notes].reverse();
  const line = (note) => el('tr', { class: note.level },
    el('td', {}, el('span', { class: `level ${note.level}` }, note.level)), el('td', {}, `round ${whole(note.step)}`),
    el('td', { class: 'soft' }, note.source), el('td', { class: 'text' }, note.text));
  const grave = notes.filter((note) => note.level !== 'info');
  const light = notes.filter((note) => note.level === 'info');
  $('notes').hidden = !notes.length;
  $('alarms').append(...grave.map(line));
  $('alarms').closest('.card').hidden = !grave.length;
  $('infos').append(...light.map(line));
  $('more').hidden = !light.length;
  $('many').textContent = `${whole(light.length)} of things that went as they should`;
}

function strip(pictures) {
  const frames = pictures.frames;
  const image = el('img', { alt: `${pictures.name} after some round`, decoding: 'async' });
  const label = el('output', { class: 'round' });
  const slider = el('input', {
    type: 'range', min: 0, max: frames.length - 1, value: frames.length - 1, step: 1,
    'aria-label': `round of ${pictures.name}`, disabled: frames.length < 2, input: () => turn(Number(slider.value)),
  });
  function turn(i) {
    const frame = frames[i];
    slider.value = i;
    image.src = `data:image/png;base64,${frame.png}`;
    // Small pictures are shown in whole multiples of their pixels.
    image.width = frame.width * Math.max(1, Math.floor(560 / Math.max(frame.width, frame.height)));
    label.textContent = `round ${whole(frame.step)}`;
  }
  let timer = null;
  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = 'Play';
  }
  const play = el('button', {
    disabled: frames.length < 2,
    click: () => {
      if (timer) return stop();
      if (Number(slider.value) === frames.length - 1) turn(0);
      play.textContent = 'Pause';
      timer = setInterval(() => {
        turn(Number(slider.value) + 1);
        if (Number(slider.value) === frames.length - 1) stop();
      }, 350);
    },
  }, 'Play');
  turn(frames.length - 1);
  return el('figure', { class: 'card' }, el('div', { class: 'row head' }, el('h3', {}, pictures.name), label),
    el('div', { class: 'picture' }, image), el('div', { class: 'row slide' }, play, slider));
}

function drawPictures() {
  const strips = data.pictures.filter((pictures) => pictures.frames.length);
  $('pictures').hidden = !strips.length;
  $('strips').append(...strips.map(strip));
}

function drawFigures() {
  const cell = ([step, value]) => el('td', {}, number(value, 5), el('span', { class: 'soft at' }, ` at ${whole(step)}`));
  const best = (points, better) => points.reduce((a, b) => (better(b[1], a[1]) ? b : a));
  for (const { name, points } of [...groups.values()].flat()) {
    $('figures').append(el('tr', {}, el('td', { class: 'name' }, name), cell(points[points.length - 1]),
      cell(best(points, (a, b) => a < b)), cell(best(points, (a, b) => a > b))));
  }
  $('table').hidden = !groups.size;
}

/* Settings as lines of a table, those inside others by their path. */
function lines(value, path = '') {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([name, inner]) => lines(inner, path ? `${path}.${name}` : name));
}

const facts = (pairs) => el('table', {}, ...pairs.map(([name, value]) => el('tr', {}, el('th', { scope: 'row' }, name),
  el('td', { class: 'text' }, value))));

/* `Gan { a: B { c: 1 }, d: 2 }` in lines, as Rust writes it with `{:#?}`; what fits in a line stays in one. */
function indented(text, depth = 0) {
  const open = text.search(/[{([]/);
  if (open < 0 || text.length + 2 * depth < 96) return text;
  let [level, start] = [0, open + 1];
  const parts = [];
  let end = open;
  let quoted = false;
  for (; end < text.length; end++) {
    if (text[end] === '"' && text[end - 1] !== '\\') quoted = !quoted;
    if (quoted) continue;
    if ('{(['.includes(text[end])) level += 1;
    if ('})]'.includes(text[end])) level -= 1;
    if (level === 0) break;
    if (level === 1 && text[end] === ',') {
      parts.push(text.slice(start, end));
      start = end + 1;
    }
  }
  if (end === text.length) return text;
  parts.push(text.slice(start, end));
  const lead = '  '.repeat(depth + 1);
  const inner = parts.map((part) => `${lead}${indented(part.trim(), depth + 1)}`).filter((line) => line.trim());
  return `${text.slice(0, open + 1)}\n${inner.join(',\n')}\n${'  '.repeat(depth)}${text.slice(end)}`;
}

function drawPlayers() {
  $('settings').textContent = indented(data.game || '');
  $('game').hidden = !data.game;
  for (const player of data.players) {
    const settings = player.config === null ? [['configuration', 'unknown']] : lines(player.config);
    $('players').append(el('div', { class: 'card' }, el('h3', {}, player.name), facts([
      ['network', player.network], ...settings, ['parameters', whole(player.parameters)], ['learns by', player.optimizer],
      ['steps', whole(player.steps)],
    ])));
  }
}

function drawCommands() {
  const command = (what, text) => el('div', { class: 'command' }, el('div', { class: 'soft' }, what),
    el('div', { class: 'row' }, el('pre', {}, text), el('button', {
      click: async (event) => {
        await copy(text);
        event.target.textContent = 'Copied';
        setTimeout(() => { event.target.textContent = 'Copy'; }, 1200);
      },
    }, 'Copy')));
  $('commands').append(...data.commands.map(({ what, text }) => command(what, text)));
  $('environment').append(facts(data.environment));
}

drawHead();
drawNotes();
drawCurves();
drawPictures();
drawFigures();
drawPlayers();
drawCommands();
redraw();
