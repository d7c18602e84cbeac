document.documentElement.classList.add("scripted");
for (const input of document.querySelectorAll(".filter input")) {
  const rows = [...input.closest("section").querySelectorAll("tbody tr")];
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}
