// Hover texts as one box that also opens on focus and on touch; without a script the browser shows titles.
(() => {
  const tip = document.getElementById('tip');
  const textOf = (target) => {
    const abbr = target.closest('abbr[title],abbr[data-tip]');
    if (abbr) {
      if (abbr.title) { abbr.dataset.tip = abbr.title; abbr.removeAttribute('title'); }
      return [abbr, abbr.dataset.tip];
    }
    // A figure says what its column says.
    const cell = target.closest('td.n');
    const head = cell && cell.closest('table').querySelector('th[data-c="' + cell.cellIndex + '"] abbr');
    return head ? [cell, head.dataset.tip || head.title] : [null, ''];
  };
  const hide = () => { tip.hidden = true; };
  const show = (event) => {
    const [anchor, text] = textOf(event.target);
    if (!text) { hide(); return; }
    tip.textContent = text;
    tip.hidden = false;
    const at = anchor.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(at.left + at.width / 2 - tip.offsetWidth / 2, width - tip.offsetWidth - 8));
    const above = at.top - tip.offsetHeight - 8;
    tip.style.left = left + 'px';
    tip.style.top = (above > 4 ? above : at.bottom + 8) + 'px';
  };
  document.addEventListener('pointerover', show);
  document.addEventListener('focusin', show);
  document.addEventListener('focusout', hide);
  document.addEventListener('scroll', hide, true);
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') hide(); });
  // On phones a chosen entry closes the contents.
  const open = document.getElementById('contents-open');
  document.querySelector('nav.contents ol').addEventListener('click', () => { open.checked = false; });
})();
