/* Proposes SKUs in the fields marked with data-goods, by the browser's own list: it works by keyboard and is read aloud. */
(() => {
    let waiting = 0;
    const listOf = (input) => {
        let list = document.getElementById(input.getAttribute("list") || "");
        if (!list) {
            list = document.createElement("datalist");
            list.id = `${input.id}-proposals`;
            input.after(list);
            input.setAttribute("list", list.id);
        }
        return list;
    };
    const propose = async (input) => {
        const answer = await fetch(`${input.dataset.goods}?q=${encodeURIComponent(input.value)}`);
        if (!answer.ok) return;
        const { found } = await answer.json();
        listOf(input).replaceChildren(...found.map(({ code, title }) => new Option(`${code} · ${title}`, code)));
    };
    document.addEventListener("input", ({ target }) => {
        if (!target.dataset?.goods || target.value.trim().length < 2) return;
        clearTimeout(waiting);
        waiting = setTimeout(() => propose(target).catch(() => {}), 200);
    });
})();
