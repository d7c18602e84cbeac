// What the dom reader asks of a page: the table with the declared headings, and its rows. An object of functions.
(() => {
  const plain = (text) => (text || "").replace(/[\s\u3000\u00a0\u200b*＊:：]/g, "");
  const visible = (element) => !!element && element.getClientRects().length > 0;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Component libraries: what holds a whole table, what may repeat its fixed columns, and rows that are no records.
  const ROOTS = ".el-table, .el-table-v2, .ant-table, .ivu-table, .layui-table-view, .vxe-table, .datagrid-view, "
    + ".arco-table, .t-table, .n-data-table, [role=grid], [role=treegrid], [role=table]";
  const FIXED = "[class*=fixed], [class*=frozen], [class*=DTFC_]";
  const WASTE = "thead, tfoot, [aria-hidden=true], .layui-table-total, .datagrid-header, .datagrid-footer, "
    + ".el-table__footer-wrapper, .ant-table-summary, [class*=expanded-row], [class*=placeholder]";
  const MASKS = ".el-loading-mask, .ant-spin-spinning, .layui-table-loading, .layui-table-init, .datagrid-mask, "
    + "[aria-busy=true], .vxe-loading.is--visible, .loading-mask, .blockUI";
  const CELLS = "td, th, [role=gridcell], [role=cell], [role=rowheader], [role=columnheader], .ant-table-cell";
  const INDEX = ["datagrid-row-index", "row-index", "aria-rowindex"];

  // The text of what keeps its place and is not painted, as the column under a fixed one.
  const veiled = (cell) => {
    if (![cell, ...cell.children].some((each) => visible(each) && getComputedStyle(each).visibility === "hidden")) return "";
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) if (visible(walker.currentNode.parentElement)) texts.push(walker.currentNode.data.trim());
    return texts.filter(Boolean).join(" ");
  };

  // An input in a cell shows its value.
  const textOf = (cell) => {
    const own = (cell.innerText || "").replace(/\u00a0/g, " ").trim();
    if (own) return own;
    const input = cell.querySelector("select, textarea, input:not([type=hidden], [type=checkbox], [type=radio])");
    if (input && visible(input)) return (input.selectedOptions ? input.selectedOptions[0]?.text : input.value) || "";
    return veiled(cell);
  };

  const place = (cell, number) => Number(cell.getAttribute("aria-colindex")) || number + 1;
  const childCells = (row, boxes) => {
    const cells = boxes ? all(boxes.cells, row) : [...row.children].filter((cell) => cell.matches(CELLS));
    if (cells.length || boxes) return cells;
    return all("[role=gridcell], [role=cell], [role=rowheader], [role=columnheader]", row);
  };

  // Rows of cells with merged ones repeated, so that each column has its place.
  const gridOf = (rows, boxes) => {
    const grid = rows.map(() => []);
    rows.forEach((row, y) => {
      let x = 0;
      for (const cell of childCells(row, boxes)) {
        while (grid[y][x]) x += 1;
        for (let down = 0; down < (cell.rowSpan || 1) && y + down < rows.length; down += 1) {
          for (let right = 0; right < (cell.colSpan || 1); right += 1) grid[y + down][x + right] = cell;
        }
      }
    });
    return grid;
  };

  // Headings that stand twice take the words of the group above them along.
  const headingsOf = (grid) => {
    const last = grid[grid.length - 1] || [];
    const texts = last.map(textOf);
    return last.map((cell, x) => {
      const group = grid.map((row) => row[x]).filter((above) => above && above !== cell).pop();
      return { cell, text: group && texts.indexOf(texts[x]) !== texts.lastIndexOf(texts[x]) ? textOf(group) + texts[x] : texts[x] };
    });
  };

  // What lies over a table and repeats some of its columns, which are drawn underneath, too.
  const clones = (root) => all(FIXED, root)
    .filter((each) => each.tagName !== "TABLE" && getComputedStyle(each).position === "absolute" && each.querySelector("table"));
  const ours = (root) => {
    const over = clones(root);
    return (element) => !over.some((each) => each.contains(element))
      && (element.parentElement.closest(ROOTS) === root || root.tagName === "TABLE")
      && (root.tagName !== "TABLE" || element.closest("table") === root);
  };

  // What may be the headings of a table: one band of header rows, several side by side, or one of the first rows.
  const bandsOf = (root, boxes) => {
    if (boxes) return [headingsOf([all(boxes.headings, root).filter(visible)])];
    const own = ours(root);
    const heads = all("thead, .datagrid-htable > tbody", root).filter(own).filter(visible);
    if (heads.length) {
      const bands = heads.map((head) => {
        const rows = [...head.children].filter(visible);
        const grids = rows.map((_row, number) => gridOf(rows.slice(0, rows.length - number)));
        return headingsOf(grids.find((grid) => (grid[grid.length - 1] || []).filter(textOf).length > 1) || grids[0] || []);
      });
      return bands.length > 1 ? [bands.flat(), ...bands] : bands;
    }
    const columns = all("[role=columnheader]", root).filter(own).filter(visible);
    if (columns.length && root.tagName !== "TABLE") {
      const deepest = Math.max(...columns.map((cell) => cell.closest("[role=row]")?.getAttribute("aria-rowindex") || 1));
      const leaves = columns.filter((cell) => (cell.closest("[role=row]")?.getAttribute("aria-rowindex") || 1) >= deepest);
      return [leaves.map((cell, x) => ({ cell, text: textOf(cell), at: place(cell, x) })).sort((a, b) => a.at - b.at)];
    }
    return all("tr", root).filter(own).filter(visible).slice(0, 5).map((row) => headingsOf(gridOf([row])));
  };

  // Some libraries measure their columns with a row of no height.
  const drawn = (row) => row.getBoundingClientRect().height > 1 || !!row.textContent.trim();

  // The rows under a heading: of the right width, not merged across, each once though its columns are drawn apart.
  const rowsOf = (root, headings, boxes) => {
    const mine = ours(root);
    const own = boxes ? () => true : (row) => mine(row) && !row.closest(WASTE) && !headings.some(({ cell }) => row.contains(cell));
    const found = all(boxes ? boxes.rows : "tr, [role=row], .ant-table-row", root).filter(visible).filter(own).filter(drawn);
    const grid = gridOf(found, boxes);
    const joined = new Map();
    found.forEach((row, y) => {
      const index = INDEX.find((name) => row.hasAttribute(name));
      const value = index && row.getAttribute(index);
      const name = index ? `${index} ${value}` : `#${y}`;
      const before = joined.get(name) || { cells: [], rows: [] };
      const cells = grid[y].filter(Boolean);
      joined.set(name, { cells: [...before.cells, ...cells], rows: [...before.rows, row], at: Number(index ? value : NaN) });
    });
    // Rows that are moved to their places after they were drawn stand in the source in any order.
    const inOrder = [...joined.values()];
    if (inOrder.every(({ at }) => Number.isFinite(at))) inOrder.sort((one, other) => one.at - other.at);
    const told = headings.reduce((most, heading, x) => (heading.text ? x + 1 : most), 0);
    const rows = { fit: [], odd: 0 };
    for (const { cells, rows: parts } of inOrder) {
      const bare = cells.every((cell) => cell.matches("th, [role=columnheader]"));
      if (bare || cells.some((cell) => cell.colSpan > 1) || new Set(cells).size < Math.min(2, told)) continue;
      const sorted = cells.map((cell, x) => ({ cell, at: place(cell, x) })).sort((a, b) => a.at - b.at);
      if (cells.length < told || cells.length > headings.length) rows.odd += 1;
      else rows.fit.push({ cells: sorted.map(({ cell }) => cell), rows: parts });
    }
    return rows;
  };

  // Where header and body are two tables with nothing said about it, the body is the nearest one that fits.
  const lonely = (root) => root.tagName === "TABLE" && !root.querySelector("tbody, td");
  const bodyNear = (root, headings) => {
    for (let parent = root.parentElement, level = 0; parent && level < 4; parent = parent.parentElement, level += 1) {
      for (const table of all("table", parent).filter((each) => each !== root && visible(each))) {
        const rows = rowsOf(table, headings);
        if (rows.fit.length) return { root: table, rows };
      }
    }
    return { root, rows: { fit: [], odd: 0 } };
  };

  const found = ({ headings, boxes }) => {
    const wanted = headings.map(plain);
    const roots = boxes ? [document.body] : [...all(ROOTS), ...all("table").filter((table) => !table.closest(ROOTS))];
    for (const root of roots.filter(visible)) {
      for (const band of bandsOf(root, boxes)) {
        const words = band.map(({ text }) => plain(text));
        if (band.length && wanted.every((word) => words.includes(word))) {
          const body = lonely(root) ? bodyNear(root, band) : { root, rows: rowsOf(root, band, boxes) };
          return { root, headings: band, ...body };
        }
      }
    }
    return null;
  };

  // The words of whatever may be headings, for a page on which the declared ones are not.
  const seen = () => {
    const roots = [...all(ROOTS), ...all("table").filter((table) => !table.closest(ROOTS))].filter(visible);
    const bands = roots.map((root) => bandsOf(root).find((band) => band.filter(({ text }) => text).length > 1) || []);
    const words = bands.flat().map(({ text }) => text).filter(Boolean);
    return words.length ? words : null;
  };

  const busy = (root) => {
    const box = root.getBoundingClientRect();
    const over = (mask) => {
      const own = mask.getBoundingClientRect();
      return own.left < box.right && own.right > box.left && own.top < box.bottom + 40 && own.bottom > box.top - 40;
    };
    // Some libraries leave the mask in its place when they have done, and only make it see-through.
    const shows = (mask) => (({ visibility, opacity }) => visibility !== "hidden" && opacity !== "0")(getComputedStyle(mask));
    return document.readyState === "loading" || all(MASKS).filter(visible).filter(shows).some(over);
  };

  // The page's words without those of the rows, for the total stands in either of many places.
  const wordsAround = (rows) => {
    const own = new Set(rows.flatMap((row) => row.innerText.split("\n")));
    return document.body.innerText.split("\n").filter((line) => !own.has(line)).join("\n");
  };

  const textsOf = (table, { cells }) => table.headings.map((_heading, x) => (cells[x] ? textOf(cells[x]) : "")).filter((_text, x) => visible(table.headings[x].cell));

  // One look at the list: headings, cell texts row by row, where asked the source the key stands in, and the page's words.
  const look = (asked) => {
    const table = found(asked);
    if (!table) return null;
    const at = table.headings.findIndex(({ text }) => plain(text) === plain(asked.key));
    const sourceOf = ({ cells, rows }) => (asked.key ? cells[at] && cells[at].outerHTML : rows[0].outerHTML) || "";
    return {
      headings: table.headings.filter(({ cell }) => visible(cell)).map(({ text }) => text),
      rows: table.rows.fit.map((row) => textsOf(table, row)),
      sources: asked.source ? table.rows.fit.map(sourceOf) : [],
      odd: table.rows.odd,
      busy: busy(table.root),
      said: wordsAround(table.rows.fit.flatMap(({ rows }) => rows)),
    };
  };

  return { plain, visible, all, found, look, seen, textOf, textsOf, clones };
})()
