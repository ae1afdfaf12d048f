"""The words of finding a school, and of an office that asks for a consent: Chinese, then English."""

from collections.abc import Mapping
from typing import Final

SCHOOL_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "schools_title": ("学校名单", "List of schools"),
    "schools_lead": (
        "按名称（含曾用名）或标识码查找学校。学校合并后，由并入的学校办理原学校学生的业务。",
        "Find a school by a part of its name, today's or a former one, or of its code. Once a school was merged, the "
        "one that took its place answers for its students.",
    ),
    "schools_text": ("学校名称或标识码", "Name or code"),
    "schools_hint": ("名称的一部分即可，如“医科”。", "A part of the name is enough."),
    "schools_button": ("查找", "Find"),
    "schools_none": ("没有符合的学校。", "No school fits."),
    "schools_more": ("更多", "More"),
    "schools_which": ("是哪一所学校？", "Which school is it?"),
    "schools_former": ("曾用名", "formerly"),
    "schools_into": ("已并入", "merged into"),
    "schools_ended": ("已停办", "no more"),
    # an office asks for a consent
    "request_title": ("授权请求", "Request for a consent"),
    "request_lead": (
        "下列机构请求读取您的记录。是否同意由您决定；您可以只选部分记录和项目，并可随时撤回。",
        "This office asks to read records of yours. It is up to you: choose which records and how much of them, and "
        "take it back at any moment.",
    ),
    "request_office": ("请求机构", "Who asks"),
    "request_answer_until": ("请在此前答复", "Answer until"),
    "request_approve": ("同意并授权", "Agree"),
    "request_decline": ("不同意", "Do not agree"),
    "request_done_approve": (
        "您已同意，该机构现在可以读取所选内容。",
        "You agreed: the office can read it now.",
    ),
    "request_done_decline": ("您没有同意，该机构读不到任何内容。", "You did not agree: the office reads nothing."),
    "request_state_approved": ("该请求已被同意。", "This request was agreed to."),
    "request_state_declined": ("该请求未获同意。", "This request was not agreed to."),
    "request_state_over": ("该请求已过期。", "This request is over."),
    "request_state_asked": ("等待对方答复。", "Waiting for an answer."),
    "request_ask": ("请求授权", "Ask for a consent"),
    "hub_request": ("出示二维码，由本人同意后读取其记录。", "Show a code; whoever agrees lets you read."),
    "request_ask_lead": (
        "填写要读取的项目和用途，让对方扫码或打开链接，由其本人同意并选择记录。一个请求由一人答复一次。",
        "Say what you would read and what for, and let the person scan the code or open the link: she agrees and "
        "chooses the records herself. One request is answered once, by one person.",
    ),
    "request_ask_button": ("生成二维码和链接", "Make the code and the link"),
    "request_until": ("授权截止日", "Last day of the consent"),
    "request_picture": ("请对方用手机扫描", "To be scanned by the person"),
    "request_link": ("或打开链接", "Or opened as a link"),
    "request_look_again": ("查看答复", "Look for the answer"),
    "request_consent": ("授权编号", "Number of the consent"),
    "request_another": ("再发起一个请求", "Ask somebody else"),
}
