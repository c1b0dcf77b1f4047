(function () {
  'use strict';
  var $ = function (s, r) { return (r || document).querySelector(s); };
  var $$ = function (s, r) { return Array.prototype.slice.call((r || document).querySelectorAll(s)); };

  // Theme: automatic, light or dark; remembered where storage is permitted.
  function theme(v) { if (v === 'auto') document.documentElement.removeAttribute('data-theme'); else document.documentElement.dataset.theme = v; }
  var kept = 'auto';
  try { kept = localStorage.getItem('fipsweep-theme') || 'auto'; } catch (e) {}
  var asked = /^#theme=(light|dark)$/.exec(location.hash);
  if (asked) kept = asked[1];
  theme(kept);
  $$('[name=theme]').forEach(function (r) {
    r.checked = r.value === kept;
    r.addEventListener('change', function () { theme(r.value); try { localStorage.setItem('fipsweep-theme', r.value); } catch (e) {} });
  });

  // Stacked tables lose their table semantics in some browsers; say them again.
  $$('table.stack').forEach(function (t) {
    t.setAttribute('role', 'table');
    $$('thead,tbody', t).forEach(function (x) { x.setAttribute('role', 'rowgroup'); });
    $$('tr', t).forEach(function (x) { x.setAttribute('role', 'row'); });
    $$('td', t).forEach(function (x) { x.setAttribute('role', 'cell'); });
    $$('thead th', t).forEach(function (x) { x.setAttribute('role', 'columnheader'); });
    $$('tbody th', t).forEach(function (x) { x.setAttribute('role', 'rowheader'); });
  });

  // Findings: filter, group, sort.
  var table = $('#ft'), groups = $$('tbody.g', table), flat = $('#flat'), rows = $$('tr[data-s]', table);
  // Address runs (10.20.1.41-51:443) are spelt out for the search only.
  function spell(_, net, a, b, port) { var s = ' '; for (a = +a; a <= +b; a++) s += net + a + port + ' '; return s; }
  rows.forEach(function (r, i) { r._home = r.parentNode; r._i = i; r._t = r.textContent.replace(/((?:\d+\.){3})(\d+)-(\d+)(:\d+)/g, spell).toLowerCase(); });
  var q = $('#q'), fs = $('#fs'), fc = $('#fc'), fg = $('#fg'), out = $('#fo'), key = null, dir = 1;
  function words(s) { return s.toLowerCase().split(/\s+/).filter(Boolean); }
  function val(r, k) { return k === 't' ? $('.subj', r).textContent : +r.dataset[k]; }
  function order(list) {
    return list.slice().sort(function (a, b) {
      if (!key) return a._i - b._i;
      var x = val(a, key), y = val(b, key);
      return (x < y ? -1 : x > y ? 1 : a._i - b._i) * (x === y ? 1 : dir);
    });
  }
  function draw() {
    var shownRows = 0, shown = 0, w = words(q.value);
    rows.forEach(function (r) {
      var ok = w.every(function (x) { return r._t.indexOf(x) >= 0; })
        && (!fs.value || fs.value.split(' ').indexOf(r.dataset.st) >= 0)
        && (!fc.value || (' ' + r.dataset.c + ' ').indexOf(' ' + fc.value + ' ') >= 0);
      r.hidden = !ok;
      if (ok) { shownRows++; shown += +r.dataset.f; }
    });
    groups.forEach(function (g) {
      var mine = rows.filter(function (r) { return r._home === g; });
      g.rows[0].hidden = !fg.checked || mine.every(function (r) { return r.hidden; });
      if (fg.checked) order(mine).forEach(function (r) { g.appendChild(r); });
    });
    if (!fg.checked) order(rows).forEach(function (r) { flat.appendChild(r); });
    out.textContent = shownRows + (shownRows === 1 ? ' row' : ' rows') + ', holding ' + shown + ' of ' + out.dataset.all + ' findings';
    $('#none').hidden = shownRows > 0;
  }
  if (table) {
    [q, fs, fc, fg].forEach(function (x) { x.addEventListener('input', draw); });
    $('#fr').addEventListener('click', function () { q.value = fs.value = fc.value = ''; fg.checked = true; key = null; $$('th[aria-sort]', table).forEach(function (h) { h.setAttribute('aria-sort', 'none'); }); draw(); q.focus(); });
    $$('th button', table).forEach(function (b) {
      b.addEventListener('click', function () {
        var th = b.parentNode; dir = key === b.dataset.k ? -dir : (b.dataset.k === 't' ? 1 : -1); key = b.dataset.k;
        $$('th[aria-sort]', table).forEach(function (h) { h.setAttribute('aria-sort', 'none'); });
        th.setAttribute('aria-sort', dir > 0 ? 'ascending' : 'descending'); draw();
      });
    });
    $$('a[data-control]').forEach(function (a) { a.addEventListener('click', function () { fc.value = a.dataset.control; fs.value = 'disallowed not-approved'; q.value = ''; draw(); }); });
    draw();
  }

  // Endpoints: filter by name, kind and status.
  var eq = $('#eq'), es = $('#es'), eo = $('#eo'), eps = $$('.ep');
  function pick() {
    var w = words(eq.value), n = 0;
    eps.forEach(function (e) {
      var ok = (!es.value || es.value.split(' ').indexOf(e.dataset.st) >= 0)
        && w.every(function (x) { return e.dataset.t.toLowerCase().indexOf(x) >= 0; });
      e.hidden = !ok;
      if (ok) n++;
    });
    eo.textContent = n + ' of ' + eps.length + ' endpoints';
  }
  if (eq) { eq.addEventListener('input', pick); es.addEventListener('input', pick); pick(); }

  // A link to something inside a closed part opens that part. Printing opens everything.
  function openTo() { var t = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1))); if (t && t.tagName === 'DETAILS') t.open = true; for (var p = t; p; p = p.parentElement) { if (p.tagName === 'DETAILS') p.open = true; p.hidden = false; } if (t && t.scrollIntoView) t.scrollIntoView(); }
  addEventListener('hashchange', openTo); if (location.hash && !asked) openTo();
  var all = $('#openall');
  if (all) all.addEventListener('click', function () { var list = $$('details.ep'), on = !list.every(function (d) { return d.open; }); list.forEach(function (d) { d.open = on; }); all.textContent = on ? 'Close all' : 'Open all'; });
  var shut = [];
  addEventListener('beforeprint', function () { shut = $$('details:not([open])'); shut.forEach(function (d) { d.open = true; }); });
  addEventListener('afterprint', function () { shut.forEach(function (d) { d.open = false; }); });
})();
