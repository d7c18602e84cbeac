"""Forms as three libraries draw them, with what they send as JSON."""

from __future__ import annotations

from tests.connectors.portal_forms.office import page

_SEND = """
const send = (values, say) => fetch('/save', {method: 'POST', headers: {'content-type': 'application/json'},
  body: JSON.stringify(values)}).then((answer) => answer.json()).then(say);
"""

ELEMENT = page(
    """
<div id="app">
  <el-form inline><el-form-item label="文书号"><el-input v-model="query"></el-input></el-form-item></el-form>
  <el-button @click="open = true">新 增</el-button>
  <el-dialog v-model="open" title="新增">
    <el-form :model="form" ref="form" :rules="rules" label-width="140px">
      <el-form-item v-for="name in order" :key="name" :label="labels[name]" :prop="name">
        <el-input v-if="name === '名称' || name === '文书号'" v-model="form[name]"></el-input>
        <el-input v-else-if="name === '内容'" type="textarea" v-model="form[name]"></el-input>
        <el-select v-else-if="name === '类别'" v-model="form[name]" OPTIONS>
          <el-option v-for="each in kinds" :key="each" :label="each" :value="'k' + each"></el-option>
        </el-select>
        <el-date-picker v-else-if="name === '决定日期'" v-model="form[name]" value-format="YYYY-MM-DD" DATE></el-date-picker>
        <el-radio-group v-else v-model="form[name]"><el-radio value="1">有效</el-radio><el-radio value="2">无效</el-radio>
        </el-radio-group>
      </el-form-item>
    </el-form>
    <template #footer><el-button @click="open = false">取 消</el-button>
      <el-button type="primary" @click="save">保 存</el-button></template>
  </el-dialog>
</div>
<script>
"""
    + _SEND
    + """
const order = ['状态', '内容', '决定日期', '类别', '文书号', '名称'];
const labels = {名称: '行政相对人名称', 文书号: '文书号', 类别: '许可类别', 决定日期: '许可决定日期', 内容: '许可内容',
  状态: '当前状态'};
const kinds = ['特许', '认可', '普通', '普通程序'];
Vue.createApp({
  data: () => ({open: false, query: '', order, labels, kinds, form: {名称: '', 文书号: '', 类别: '', 决定日期: '', 内容: '',
    状态: ''}, rules: {名称: [{required: true, message: '请输入名称', trigger: 'blur'}]}}),
  methods: {
    async save() {
      if (!await this.$refs.form.validate().catch(() => false)) return;
      send(this.form, (answer) => {
        if (answer.code === 0) { ElementPlus.ElMessage.success('保存成功'); this.open = false; }
        else ElementPlus.ElMessage.error(answer.msg);
      });
    },
  },
}).use(ElementPlus).mount('#app');
</script>
""",
    '<script src="/static/vue/dist/vue.global.prod.js"></script>'
    '<script src="/static/element-plus/dist/index.full.min.js"></script>'
    '<link rel="stylesheet" href="/static/element-plus/dist/index.css">',
)

LAYUI = page(
    """
<form class="layui-form" lay-filter="f">
  <div class="layui-form-item"><label class="layui-form-label">许可类别</label><div class="layui-input-block">
    <select name="类别" OPTIONS><option value="">请选择</option><option value="01">特许</option><option value="02">普通</option></select>
  </div></div>
  <div class="layui-form-item"><div class="layui-inline"><label class="layui-form-label">文书号</label>
    <div class="layui-input-inline"><input class="layui-input" name="文书号"></div></div>
    <div class="layui-inline"><label class="layui-form-label">许可决定日期</label>
    <div class="layui-input-inline"><input class="layui-input" name="决定日期" id="day" readonly></div></div></div>
  <div class="layui-form-item"><label class="layui-form-label">当前状态</label><div class="layui-input-block">
    <input type="radio" name="状态" value="1" title="有效"><input type="radio" name="状态" value="2" title="无效" checked>
  </div></div>
  <div class="layui-form-item layui-form-text"><label class="layui-form-label">许可内容</label><div class="layui-input-block">
    <textarea class="layui-textarea" name="内容"></textarea></div></div>
  <div class="layui-form-item"><label class="layui-form-label">行政相对人名称</label><div class="layui-input-block">
    <input class="layui-input" name="名称" lay-verify="required"></div></div>
  <button class="layui-btn" lay-submit lay-filter="go">保 存</button>
</form>
<script>
"""
    + _SEND
    + """
layui.use(['form', 'laydate', 'layer'], () => {
  layui.laydate.render({elem: '#day'});
  layui.form.on('submit(go)', (told) => { send(told.field, (answer) =>
    layui.layer.msg(answer.code === 0 ? '保存成功' : answer.msg, {time: 300})); return false; });
});
</script>
""",
    '<link rel="stylesheet" href="/static/layui/dist/css/layui.css"><script src="/static/layui/dist/layui.js"></script>',
)

ANT = page(
    """
<div id="app"></div><script>
"""
    + _SEND
    + """
const { Form, Input, Select, DatePicker, Radio, Button, message } = antd;
const e = React.createElement;
const kinds = Array.from({length: 60}, (_, number) => '类别' + number).concat(['普通']);
const App = () => {
  const [form] = Form.useForm();
  const save = (values) => send({...values, 决定日期: values.决定日期 && values.决定日期.format('YYYY-MM-DD')},
    (answer) => answer.code === 0 ? message.success('保存成功') : message.error(answer.msg));
  const item = (label, name, control) => e(Form.Item, {label, name, key: name,
    rules: name === '名称' ? [{required: true, message: '请输入名称'}] : []}, control);
  return e(Form, {form, onFinish: save, labelCol: {span: 4}}, [
    item('当前状态', '状态', e(Radio.Group, {}, [e(Radio, {value: '1', key: 1}, '有效'), e(Radio, {value: '2', key: 2}, '无效')])),
    item('许可决定日期', '决定日期', e(DatePicker, {inputReadOnly: READONLY})),
    item('许可类别', '类别', e(Select, {showSearch: SEARCH, options: kinds.map((each) => ({value: 'k' + each, label: each}))})),
    item('许可内容', '内容', e(Input.TextArea)), item('文书号', '文书号', e(Input)), item('行政相对人名称', '名称', e(Input)),
    e(Button, {htmlType: 'submit', key: 'go'}, '保存')]);
};
ReactDOM.createRoot(document.getElementById('app')).render(e(App));
</script>
""",
    '<script src="/static/react/umd/react.production.min.js"></script>'
    '<script src="/static/react-dom/umd/react-dom.production.min.js"></script>'
    '<script src="/static/dayjs/dayjs.min.js"></script><script src="/static/antd/dist/antd.min.js"></script>',
)
