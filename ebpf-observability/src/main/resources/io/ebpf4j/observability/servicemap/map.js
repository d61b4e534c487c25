'use strict';
(() => {
  const map = JSON.parse(document.getElementById('data').textContent);
  const svg = document.querySelector('main > svg');
  const details = document.getElementById('details');
  const search = document.getElementById('search');
  const onlyIll = document.getElementById('only-ill');
  const found = document.getElementById('found');
  if (!svg) return;
  const nodeOf = new Map(), edgeOf = new Map(), labelOf = new Map();
  svg.querySelectorAll('.node').forEach(e => nodeOf.set(+e.dataset.node, e));
  svg.querySelectorAll('.edge').forEach(e => edgeOf.set(+e.dataset.edge, e));
  svg.querySelectorAll('.label').forEach(e => labelOf.set(+e.dataset.edge, e));
  let pinned = null;

  const make = (tag, text, kind) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };
  const nameOf = i => (map.nodes[i].namespace ? map.nodes[i].namespace + '/' : '') + map.nodes[i].name;
  const time = s => s === null ? '–' : s >= 1 ? s.toFixed(s >= 10 ? 0 : 1) + ' s'
      : s >= 1e-3 ? (s * 1e3).toFixed(s >= 1e-2 ? 0 : 1) + ' ms' : (s * 1e6).toFixed(0) + ' µs';
  const share = x => x === null ? '–' : x === 0 ? '0 %' : (x * 100).toFixed(x < 0.01 ? 2 : 1) + ' %';
  const bytes = b => {
    const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
    let unit = 0;
    while (b >= 999.5 && unit < 6) { b /= 1000; unit++; }
    return (unit && b < 10 ? b.toFixed(1) : b.toFixed(0)) + ' ' + units[unit];
  };
  const rate = r => r >= 10 ? r.toFixed(0) : r.toFixed(r >= 0.1 || r === 0 ? 1 : 3);
  const measure = (value, unit) => {
    if (value === null) return '–';
    if (unit === 's') return time(value);
    if (unit === 'By') return bytes(value);
    return (Number.isInteger(value) ? value.toLocaleString('en') : value.toPrecision(3)) + (unit === '1' ? '' : ' ' + unit);
  };
  const signs = { ill: '✕', suspect: '!', well: '✓', unknown: '?' };

  const table = rows => {
    const element = make('table');
    for (const row of rows) {
      const line = element.insertRow();
      row.forEach(cell => { line.insertCell().textContent = cell; });
    }
    return element;
  };
  const edgeButton = (i, text) => {
    const item = make('li'), edge = map.edges[i];
    const button = make('button', signs[edge.health] + ' ' + text, edge.health);
    button.type = 'button';
    button.addEventListener('click', () => pin('edge', i));
    item.append(button);
    return item;
  };

  function overview() {
    details.replaceChildren();
    const ill = map.edges.map((edge, i) => i).filter(i => ['ill', 'suspect'].includes(map.edges[i].health));
    ill.sort((a, b) => map.edges[b].verdict.confidence - map.edges[a].verdict.confidence);
    details.append(make('h2', ill.length ? ill.length + (ill.length === 1 ? ' pair is' : ' pairs are') + ' not well' : 'No fault seen'));
    details.append(make('p', 'Point at a service or an arrow, or walk with Tab and the arrow keys; Enter keeps it, Escape lets go.', 'soft'));
    const list = make('ul');
    for (const i of ill) {
      const edge = map.edges[i];
      list.append(edgeButton(i, nameOf(edge.source) + ' → ' + nameOf(edge.destination) + ': ' + edge.verdict.brief));
    }
    if (ill.length) { details.append(make('h3', 'Whose fault'), list); }
  }

  function showEdge(i) {
    const edge = map.edges[i], verdict = edge.verdict;
    details.replaceChildren(make('h2', nameOf(edge.source) + ' → ' + nameOf(edge.destination)));
    const box = make('div', undefined, 'verdict ' + edge.health);
    box.append(make('strong', signs[edge.health] + ' ' + verdict.brief), make('span', verdict.summary),
        make('p', 'confidence ' + verdict.confidence.toFixed(2), 'soft'));
    details.append(box);
    if (verdict.evidence.length) {
      details.append(make('h3', 'Evidence'), table(verdict.evidence.map(one =>
          [one.what, measure(one.value, one.unit), one.expected === null ? '' : 'exp. ' + measure(one.expected, one.unit)])));
    }
    const rows = [];
    if (edge.requests) {
      rows.push(['Requests', rate(edge.requestsPerSecond) + ' /s'], ['Errors', share(edge.errorShare)],
          ['Latency p50', time(edge.p50)], ['p95', time(edge.p95)], ['p99', time(edge.p99)]);
    }
    rows.push(['Sent', bytes(edge.bytesSent)], ['Received', bytes(edge.bytesReceived)], ['Connections', String(edge.connections)],
        ['Failed to connect', String(edge.connectFailures)], ['Round trip', time(edge.roundTrip)],
        ['Sent again', edge.retransmits + (edge.segments ? ' of ' + edge.segments : '')]);
    if (edge.questions) {
      rows.push(['Names asked for', String(edge.questions)], ['of them failed', String(edge.failedQuestions)],
          ['Names p95', time(edge.questionsP95)]);
    }
    rows.push(['Told by', edge.reporters]);
    details.append(make('h3', 'Signals'), table(rows));
  }

  function showNode(i) {
    const node = map.nodes[i];
    details.replaceChildren(make('h2', node.name), make('p', node.kind + (node.namespace ? ' in ' + node.namespace : ''), 'soft'));
    for (const [title, mine, other] of [['Called by', 'destination', 'source'], ['Calls', 'source', 'destination']]) {
      const list = make('ul');
      map.edges.forEach((edge, j) => {
        if (edge[mine] === i) {
          const figures = edge.requests ? rate(edge.requestsPerSecond) + ' /s, p95 ' + time(edge.p95)
              : edge.questions ? edge.questions + ' names' : edge.connections + ' connections';
          list.append(edgeButton(j, nameOf(edge[other]) + ': ' + figures));
        }
      });
      if (list.children.length) details.append(make('h3', title), list);
    }
  }

  function light(what) {
    let nodes = null, edges = null;
    if (what && what.kind === 'edge') {
      edges = new Set([what.i]);
      nodes = new Set([map.edges[what.i].source, map.edges[what.i].destination]);
    } else if (what) {
      nodes = new Set([what.i]);
      edges = new Set();
      map.edges.forEach((edge, j) => {
        if (edge.source === what.i || edge.destination === what.i) { edges.add(j); nodes.add(edge.source); nodes.add(edge.destination); }
      });
    } else {
      const text = search.value.trim().toLowerCase();
      if (text || onlyIll.checked) {
        const hits = new Set(map.nodes.map((node, i) => i).filter(i => nameOf(i).toLowerCase().includes(text)));
        nodes = text ? new Set(hits) : new Set();
        edges = new Set();
        map.edges.forEach((edge, j) => {
          if (onlyIll.checked && !['ill', 'suspect'].includes(edge.health)) return;
          if (hits.has(edge.source) || hits.has(edge.destination)) { edges.add(j); nodes.add(edge.source); nodes.add(edge.destination); }
        });
        found.textContent = (text ? hits.size : nodes.size) + ' of ' + map.nodes.length + ' services';
      } else {
        found.textContent = '';
      }
    }
    nodeOf.forEach((e, i) => { e.classList.toggle('dim', !!nodes && !nodes.has(i)); e.classList.toggle('chosen', !!what && what.kind === 'node' && what.i === i); });
    edgeOf.forEach((e, i) => { e.classList.toggle('dim', !!edges && !edges.has(i)); e.classList.toggle('chosen', !!what && what.kind === 'edge' && what.i === i); });
    labelOf.forEach((e, i) => e.classList.toggle('dim', !!edges && !edges.has(i)));
  }

  function show(what) {
    light(what);
    if (!what) overview(); else if (what.kind === 'edge') showEdge(what.i); else showNode(what.i);
  }
  function pin(kind, i) {
    pinned = { kind, i };
    show(pinned);
    (kind === 'edge' ? edgeOf : nodeOf).get(i).scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  function step(kind, i, key) {
    if (kind === 'edge') return nodeOf.get(key === 'ArrowLeft' ? map.edges[i].source : map.edges[i].destination);
    const mine = key === 'ArrowLeft' ? 'destination' : 'source';
    const j = map.edges.findIndex(edge => edge[mine] === i);
    return j < 0 ? null : edgeOf.get(j);
  }
  for (const [kind, elements] of [['node', nodeOf], ['edge', edgeOf]]) {
    elements.forEach((element, i) => {
      element.addEventListener('pointerenter', () => show({ kind, i }));
      element.addEventListener('pointerleave', () => show(pinned));
      element.addEventListener('focus', () => show({ kind, i }));
      element.addEventListener('blur', () => show(pinned));
      element.addEventListener('click', event => { event.stopPropagation(); pin(kind, i); });
      element.addEventListener('keydown', event => {
        if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); pin(kind, i); }
        if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
          const next = step(kind, i, event.key);
          if (next) { event.preventDefault(); next.focus(); }
        }
      });
    });
  }
  const release = () => { pinned = null; show(null); };
  svg.addEventListener('click', release);
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') release();
    if (event.key === '/' && document.activeElement !== search) { event.preventDefault(); search.focus(); }
  });
  search.addEventListener('input', () => { pinned = null; show(null); });
  onlyIll.addEventListener('change', () => { pinned = null; show(null); });

  const width = svg.viewBox.baseVal.width, height = svg.viewBox.baseVal.height, frame = svg.parentElement;
  let scale = 1;
  const zoom = to => {
    scale = Math.min(3, Math.max(0.2, to));
    svg.setAttribute('width', String(width * scale));
    svg.setAttribute('height', String(height * scale));
  };
  const fit = least => zoom(Math.min(1.35, Math.max(least, Math.min((frame.clientWidth - 2) / width, (frame.clientHeight - 2) / height))));
  const readable = () => fit(0.96); // no text below 11 pixels: what does not fit scrolls
  document.getElementById('in').addEventListener('click', () => zoom(scale * 1.2));
  document.getElementById('out').addEventListener('click', () => zoom(scale / 1.2));
  document.getElementById('fit').addEventListener('click', () => fit(0.2));
  window.addEventListener('resize', readable);
  readable();
  if (frame.scrollHeight > frame.clientHeight) svg.querySelector('.node').scrollIntoView({ block: 'center', inline: 'nearest' });
  overview();
})();
