// What the pages of this folder have in common: the columns, how rows are asked for, and the state of a Vue page.
const ask = (url) => fetch(url).then((got) => got.json()).then(({ data }) => data);
const rows = (asked) => ask(`/api/rows?${new URLSearchParams(asked)}`);
const COLUMNS = [["serial", "受理编号"], ["name", "申请人"], ["matter", "许可事项"], ["day", "决定日期"], ["state", "办理状态"]];
const listing = {
  data: () => ({ columns: COLUMNS, list: [], total: 0, at: 1, size: 5, range: null, days: ["", ""], busy: false, seen: false, one: {} }),
  created() { this.load(); },
  methods: {
    load() {
      const [from = "", to = ""] = this.range || this.days;
      this.busy = true;
      rows({ page: this.at, size: this.size, from, to }).then(({ list, total }) => Object.assign(this, { list, total, busy: false }));
    },
    query() { this.at = 1; this.load(); },
    turn(at, size = this.size) { Object.assign(this, { at: size === this.size ? at : 1, size }); this.load(); },
    open({ id }) { ask(`/api/rows/${id}`).then((one) => Object.assign(this, { one, seen: true })); },
  },
};
