// Suggestions for fields that have a <datalist data-from="/path">: what is typed is asked there, the answers are offered.
// Without this script the field is a plain one that takes the same answers.
for (const list of document.querySelectorAll("datalist[data-from]")) {
  const field = document.querySelector(`input[list="${list.id}"]`);
  let asked = "", waiting = 0;
  const ask = async () => {
    const text = field.value.trim();
    if (text.length < 2 || text === asked) return;
    asked = text;
    try {
      const answer = await fetch(`${list.dataset.from}?q=${encodeURIComponent(text.slice(0, 100))}`);
      if (!answer.ok || asked !== text) return;
      const options = (await answer.json()).map((value) => Object.assign(document.createElement("option"), { value }));
      list.replaceChildren(...options);
    } catch { /* no suggestions then */ }
  };
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 150); });
}
