"""Every word of the interface, in English and Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ingest.scripts import CHINESE, ENGLISH

NAMES = MappingProxyType({ENGLISH: "English", CHINESE: "中文"})

TABLE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # Frame
        "fault": (
            "Something went wrong inside Pagecite. Nothing is lost; please try again. The log has the details.",
            "Pagecite 内部出错，数据没有丢失，请重试。详情见日志。",
        ),
        "nav_chat": ("Ask", "提问"),
        "nav_library": ("Library", "资料库"),
        "language": ("Language", "界面语言"),
        "tagline": ("Answers that show the page.", "每个答案，都有原页为证。"),
        "library_size": ("{documents} documents · {pages} pages", "{documents} 份文档 · {pages} 页"),
        "new_conversation": ("New conversation", "新对话"),
        "add_documents": ("Add documents", "添加文档"),
        "close": ("Close", "关闭"),
        # Chat
        "chat_title": ("Ask your documents", "向文档提问"),
        "chat_hint": (
            "Ask about a contract or an invoice. Every answer shows the page that proves it.",
            "就合同或发票提问，每个答案都会显示能够证明它的原页。",
        ),
        "ask": ("Ask about your documents …", "请输入关于文档的问题……"),
        "suggestions": ("Try one of these", "可以这样问"),
        "loading": ("Loading the models, once after the start …", "正在加载模型，仅在启动后进行一次……"),
        "searching": ("Reading the pages …", "正在查阅各页……"),
        "cite": ("[{number}] {name} · p. {page}", "[{number}] {name} · 第 {page} 页"),
        "searched": ("Searched in: {names}", "查找范围：{names}"),
        "searched_filter": ("Searched in: {names} (filter: {filter})", "查找范围：{names}（筛选：{filter}）"),
        "ledger_rows": (
            "Computed from these documents; choose a row to see its page",
            "据以下文档计算；选择一行即可查看原页",
        ),
        "ledger_left_out": ("Not used; open to see why", "未计入的文档，点击查看原因"),
        "left_out": ("Not part of the result", "未计入结果"),
        "left_missing": ("Not used: no {field} was found in this document.", "未计入：该文档中没有找到{field}。"),
        "left_doubted": ("Not used: {detail}", "未计入：{detail}"),
        "left_duplicate": ("Not used: it is a copy of {detail}.", "未计入：它是 {detail} 的重复件。"),
        "left_unread": ("Not used: some pages could not be read. {detail}", "未计入：部分页面无法读取。{detail}"),
        "left_unsearched": (
            "Not used: its fields were never looked for; ingest fields --refresh does that.",
            "未计入：尚未提取其字段，可运行 ingest fields --refresh。",
        ),
        "ledger_document": ("Document", "文档"),
        "ledger_page": ("Page", "页"),
        "ledger_count": ("Documents", "份数"),
        "ledger_file": ("answer", "答案"),
        "understood": ("Understood as: {question}", "理解为：{question}"),
        "conflict_versions": ("An earlier version says otherwise", "较早的版本有不同规定"),
        "conflict_duplicates": ("Documents with the same number do not agree", "编号相同的文档内容不一致"),
        "in_force": ("in force", "现行有效"),
        "earlier": ("earlier version", "较早版本"),
        "filter": ("Filter", "筛选"),
        "filter_on": ("Filter: {filter}", "筛选：{filter}"),
        "filter_clear": ("Clear", "清除"),
        "filter_any": ("All", "全部"),
        "filter_documents": ("Documents", "文档"),
        "filter_types": ("Type", "类型"),
        "filter_dated_from": ("Dated from", "日期自"),
        "filter_dated_to": ("to", "至"),
        "filter_parties": ("Party", "当事方"),
        "filter_parties_hint": ("Names, separated by ;", "名称，多个用 ; 分隔"),
        "filter_folders": ("Folder", "文件夹"),
        "nearest": ("Nearest passages · not an answer", "最接近的段落 · 不是答案"),
        "passage": ("{name} · p. {page}", "{name} · 第 {page} 页"),
        "error": ("This question could not be answered. {reason}", "无法回答这个问题。{reason}"),
        # Empty library
        "empty_title": ("Your library is empty", "资料库还是空的"),
        "empty_hint": (
            "Add contracts or invoices here: PDF, PNG, JPEG, TIFF or WebP, digital or scanned. "
            "They are read on this machine.",
            "请在此添加合同或发票：PDF、PNG、JPEG、TIFF 或 WebP，电子版或扫描件均可，文件在本机读取。",
        ),
        "empty_command": (
            "Many files? An administrator can add whole folders:",
            "文件很多？管理员可以添加整个文件夹：",
        ),
        # Evidence
        "viewer_empty": ("The page that proves an answer", "能够证明答案的原页"),
        "viewer_hint": (
            "Choose a citation below an answer: its page opens here, with the quoted words highlighted.",
            "点击答案下方的引用，原页会在这里打开，所引文字以高亮显示。",
        ),
        "page_of": ("Page {page} of {pages}", "第 {page} 页，共 {pages} 页"),
        "previous": ("Previous page", "上一页"),
        "next": ("Next page", "下一页"),
        "to_quote": ("Back to page {page}", "回到第 {page} 页"),
        "goes_on": ("Goes on on page {page}", "续于第 {page} 页"),
        "begins": ("Begins on page {page}", "始于第 {page} 页"),
        "quoted": ("Quoted", "引文"),
        "not_proof": ("A nearby passage, not an answer", "相近的段落，不是答案"),
        "close_up": ("Close-up", "放大引文"),
        "page_alt": ("Page {page} of {name}", "{name} 第 {page} 页"),
        "page_alt_quote": ("Page {page} of {name}, highlighted: {quote}", "{name} 第 {page} 页，高亮文字：{quote}"),
        "page_missing": ("This page could not be read: {reason}", "无法读取此页：{reason}"),
        "image_missing": (
            "This page's image is missing. Add the document again.",
            "缺少此页的图像，请重新添加该文档。",
        ),
        "gone": ("This document is no longer in the library.", "该文档已不在资料库中。"),
        # Upload
        "upload": ("Add documents: choose files or drop them here", "添加文档：选择文件，或拖放到此处"),
        "upload_button": ("Choose files", "选择文件"),
        "upload_limit": (
            "Up to {size} MB a file · PDF, PNG, JPEG, TIFF, WebP",
            "每个文件不超过 {size} MB · PDF、PNG、JPEG、TIFF、WebP",
        ),
        "upload_preparing": ("Preparing …", "正在准备……"),
        "upload_page": ("{name}: page {page} of {pages}", "{name}：第 {page} 页，共 {pages} 页"),
        "upload_file": ("File {file} of {files} · {text}", "文件 {file}/{files} · {text}"),
        "upload_index": ("{name}: making it searchable …", "{name}：正在建立索引……"),
        "added": ("{name} added, {pages} pages.", "已添加 {name}，共 {pages} 页。"),
        "added_partly": ("{name} added, {pages} pages, but: {reason}", "已添加 {name}，共 {pages} 页，但是：{reason}"),
        "present": ("{name} is already in the library.", "{name} 已在资料库中。"),
        "failed": ("{name} was not added: {reason}", "未能添加 {name}：{reason}"),
        "note": ("{name}: {reason}", "{name}：{reason}"),
        # Library
        "documents": ("Documents", "文档"),
        "pages": ("Pages", "页数"),
        "problems": ("With problems", "有问题"),
        "name": ("File", "文件"),
        "title": ("Title", "标题"),
        "status": ("Status", "状态"),
        "reason": ("Note", "说明"),
        "added_at": ("Added (UTC)", "添加时间（UTC）"),
        "status_ready": ("Ready", "可用"),
        "status_pending": ("Not finished", "未完成"),
        "status_failed": ("Failed", "失败"),
        "pending_reason": (
            "Stopped before its end; add the file again to go on.",
            "添加过程中断；再次添加该文件即可继续。",
        ),
        "table_alt": ("Table of the documents in the library", "资料库文档列表"),
        "open": ("Open a document", "打开文档"),
        "open_hint": ("Choose a document, here or in the table", "在此处或表格中选择文档"),
        "remove": ("Remove", "移除"),
        "remove_title": ("Remove this document?", "移除该文档？"),
        "remove_text": (
            "{name} and everything read from it leave the library. Your own file stays where it is.",
            "{name} 及其读取结果将从资料库中移除，您自己的文件不受影响。",
        ),
        "remove_yes": ("Yes, remove it", "确认移除"),
        "cancel": ("Cancel", "取消"),
        "removed": ("{name} was removed.", "已移除 {name}。"),
        "page_image": ("Page image", "页面图像"),
        "page_text": ("Text as Markdown", "文字（Markdown）"),
        "no_text": ("There is no text on this page.", "此页没有文字。"),
    }
)


@dataclass(frozen=True, slots=True)
class Texts:
    """The interface in one language: ``say("cite", number=1, name="a.pdf", page=2)`` gives plain text."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with its values put in."""
        return TABLE[key][self.language == CHINESE].format(**values)


def language_of(choice: str, locale: str | None) -> str:
    """The interface's language: as chosen, or with ``auto`` that of the browser's locale, English by default."""
    if choice in NAMES:
        return choice
    return CHINESE if (locale or "").lower().startswith("zh") else ENGLISH
