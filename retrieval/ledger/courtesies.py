"""What people put around a question, in English and Chinese: "I'd like to know", "please", 麻烦帮我查一下."""

import re

from ingest.scripts import has_han
from retrieval.ledger.cursor import compiled

_WANT = r"(?:like|want|need|wish|love|have|try|trying)"
_LEARN = r"(?:know|see|find\s+out|learn|understand|check|ask|hear|get|have|look\s+at|figure\s+out|be\s+told)"
_HELLO = (
    r"(?:hi|hello|hey|ok(?:ay)?|so|and|also|then|now|just|quick(?:ly)?|quick\s+question|sorry|excuse\s+me|dear\s+all)"
)
_OPENINGS = compiled(
    rf"^[\s,.:;!–-]*(?:{_HELLO}\b"
    r"|(?:please|pls|kindly)\b"
    r"|(?:could|can|would|will)\s+(?:you|someone|somebody|anyone)\b(?:\s+be\s+(?:so\s+kind\s+as|able)\s+to)?"
    r"|(?:could|can|may)\s+(?:i|we)\s+(?:please\s+)?(?:have|get|see|know)\b"
    rf"|(?:i|we)(?:['’]d|\s+would|['’]m|\s+am|\s+are)?\s+(?:\w+ly\s+)?{_WANT}(?:\s+you)?\s+to\s+{_LEARN}\b"
    r"|(?:i|we)(?:['’]m|\s+am|['’]re|\s+are)\s+(?:looking\s+for|after|interested\s+in)\b"
    r"|(?:i|we)(?:['’]d|\s+would)?\s+(?:just\s+)?(?:need|want|like)\b(?!\s+to\b)"
    r"|(?:need|want|looking\s+for|requesting|wanted)\b(?!\s+to\b)"
    r"|(?:i|we)\s+wonder(?:ed)?\b|(?:i(?:['’]m|\s+am)\s+)?wondering\b|i\s+was\s+wondering\b"
    r"|(?:do|would)\s+you\s+(?:happen\s+to\s+)?know\b|any\s+idea\b|remind\s+me\b"
    r"|(?:tell|let)\s+(?:me|us)(?:\s+know)?\b(?:\s+about\b)?|help\s+(?:me|us)(?:\s+to)?\b"
    r"|(?:what|how)\s+about\b|regarding\b|for\s+(?:my|our|the)\s+(?:records|report|audit|auditors?)\b"
    r"|(?:a|an|the)\s+(?:overview|summary|report|rundown|table)\s+(?:of|on|for|with|showing)\b"
    r"|(?:if|whether)\s+(?=(?:we|there)\b))[\s,.:;!–-]*"
)
_CLOSINGS = compiled(
    r"[\s,.:;!?–-]*(?:\bplease|\bpls|\bthanks(?:\s+(?:a\s+lot|in\s+advance))?|\bthank\s+you(?:\s+very\s+much)?"
    r"|\bif\s+(?:possible|you\s+(?:can|could|please))|\bfor\s+(?:me|us)|\bin\s+(?:our|the)\s+(?:files|library|records|"
    r"system)|\bon\s+(?:file|record)|\bdo\s+you\s+know)[\s,.:;!?–-]*$"
)
_HAN_LOOK = (
    r"(?:知道|了解|看到|看看|看|查看|查询|查找|查查|查|问问|问|请教|确认|统计|算算|算|核对|找出|找|汇总|整理|得到|拿到)"
)
_HAN_OPENINGS = compiled(
    r"^[\s,，。.:：!！]*(?:你好|您好|请问|请教|麻烦(?:你|您)?|劳驾|烦请|拜托|请你|请您|请"
    r"|帮(?:我们|我|忙)?(?!宝)|替我|给我们|给我|为我"
    r"|(?:你|您)?(?:能不能|能否|可不可以|可否|可以|能)(?=请|帮|给|替|告诉|说说|查|列|统计|算|提供|看)"
    rf"|(?:我们|我)?(?:很|也)?(?:想要|想|需要|希望|打算|要)(?:您|你)?{_HAN_LOOK}(?:一下|下)?"
    r"|(?:我们|我)(?:需要|要|想要)(?=.*(?:发票|合同|协议|账单|数|额))"
    rf"|{_HAN_LOOK}(?:一下|下)|看看|查查|算算|问问|告诉(?:我们|我)|说说|说一下|提供(?:一下)?|给出|拉(?:一下|出|个)|导出|关于"
    r")[\s,，。.:：!！]*"
)
_HAN_CLOSINGS = compiled(
    r"[\s,，。.!！?？]*(?:谢谢(?:你|您)?|多谢|感谢|好吗|可以吗|行吗|麻烦了|拜托了|呢|吗|吧|啊|呀)[\s,，。.!！?？]*$"
)
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def without_courtesies(question: str) -> str:
    """A question without what stands around it and does not change what is asked."""
    if has_han(question):
        return _stripped(_BETWEEN_HAN.sub("", question), _HAN_OPENINGS, _HAN_CLOSINGS)
    return _stripped(question, _OPENINGS, _CLOSINGS)


def _stripped(text: str, openings: re.Pattern[str], closings: re.Pattern[str]) -> str:
    before = ""
    while text != before:
        before = text
        text = closings.sub("", openings.sub("", text, count=1), count=1)
    return text
