"""Chapter 2 of the Measure: admission data, entry, student status, the annual registration."""

from shared.rules.rule import inferred, invariant, said

RULES = (
    said(
        "A7-1",
        "enrollment",
        "录取数据须先经省级审核通过，才能上报教育部。",
        "An admission list goes to the ministry only after the province has reviewed it.",
    ),
    said(
        "A7-2",
        "enrollment",
        "经教育部汇总复核并下发的录取数据，才是注册学籍的依据。",
        "Only an admission list that the ministry has re-checked and released is the basis of registration.",
    ),
    invariant(
        "A7-3",
        "enrollment",
        "没有已下发的录取数据作为依据，不能注册学籍。",
        "Without a released admission record nobody can be registered.",
    ),
    said(
        "A8-1",
        "enrollment",
        "注册学籍前，学校须先记录录取资格与入学资格复查结果。",
        "Before registering, the school records the result of the check of admission and entry.",
    ),
    said("A8-2", "enrollment", "复查合格的新生予以注册学籍。", "A freshman who passed the recheck is registered."),
    said(
        "A8-3",
        "enrollment",
        "复查不合格的，取消入学资格，不能注册学籍。",
        "A freshman who failed the recheck loses the right of entry and cannot be registered.",
    ),
    said(
        "A8-4",
        "enrollment",
        "未报到或未注册的新生须标注为放弃、保留或取消入学资格中的一种。",
        "A freshman who is not registered is marked as exactly one of abandoned, deferred or cancelled entry.",
    ),
    said(
        "A8-5",
        "enrollment",
        "少数民族预科生与骨干计划基础培训学生，由招生学校复查。",
        "Preparatory students of the minority programmes are rechecked by the admitting school.",
    ),
    said(
        "A8-6",
        "enrollment",
        "其预科学籍由培养培训学校标注。",
        "Their preparatory status is annotated by the school that trains them.",
    ),
    said(
        "A8-7",
        "enrollment",
        "预科结业转入招生学校后，须重新复查并注册学籍。",
        "After the preparatory phase the admitting school rechecks and registers anew.",
    ),
    said(
        "A8-8",
        "enrollment",
        "其他预科生的复查和标注都由招生学校办理。",
        "Other preparatory students are rechecked and annotated by the admitting school.",
    ),
    invariant(
        "A8-9",
        "enrollment",
        "同一学生在同一学习时段只能有一个普通全日制学籍。",
        "A student holds one ordinary full-time status at a time.",
    ),
    said(
        "A8-10",
        "enrollment",
        "跨校联合培养的学生只在录取学校注册学籍。",
        "Students trained jointly are registered at the admitting school only.",
    ),
    inferred(
        "A8-11",
        "enrollment",
        "非普通全日制的学籍可以与全日制学籍同时存在。",
        "A status that is not ordinary full-time may stand beside a full-time one.",
    ),
    said(
        "A9-1",
        "enrollment",
        "按特殊政策录取的学生须标注录取类型。",
        "A student admitted under a special policy carries its admission type.",
    ),
    inferred(
        "A9-2",
        "enrollment",
        "录取数据带有专项计划标记而未填录取类型，不能注册。",
        "The admission record carries a special plan; registration needs the admission type.",
    ),
    said(
        "A10-1",
        "enrollment",
        "录取数据有误或缺失的，学校向省级招生部门提出。",
        "A school reports wrong or missing admission data to the province's admissions office.",
    ),
    said(
        "A10-2",
        "enrollment",
        "省级招生部门核实后，向教育部报送更正意见或补充数据。",
        "The admissions office verifies and sends its correction or supplement to the ministry.",
    ),
    said(
        "A10-3",
        "enrollment",
        "更正结果须及时反馈学校，此前学生处于待更正状态。",
        "The result is fed back to the school; until then the student waits for the correction.",
    ),
    said(
        "A11-1",
        "enrollment",
        "注册学籍后，学校须告知学生查询核对，并记录告知时间。",
        "After registration the school asks the student to check, and the time of asking is recorded.",
    ),
    said(
        "A11-2",
        "identity",
        "学生实名登录后可查看并确认本人身份与学籍信息，或提出异议。",
        "A student who proved who they are sees the own data and confirms or disputes them.",
    ),
    said(
        "A12-1",
        "enrollment",
        "入学次年起至毕业前，每学年须办理学年注册。",
        "From the year after entry until graduation every academic year is registered.",
    ),
    said(
        "A12-2",
        "enrollment",
        "新生入学当年不另办学年注册。",
        "In the year of entry there is no separate annual registration.",
    ),
    invariant(
        "A12-3", "enrollment", "学年注册结果为注册学籍或暂缓注册。", "A year is settled as registered or deferred."
    ),
    said(
        "A12-4",
        "enrollment",
        "学年注册时标注上一学年的学籍变动。",
        "With the annual registration last year's changes of status are marked.",
    ),
    said(
        "A12-5",
        "enrollment",
        "学年注册时标注上一学年的学业考试、社会实践和奖惩记载。",
        "With the annual registration last year's exams, practice, rewards and punishments are marked.",
    ),
    said(
        "A12-6",
        "enrollment",
        "退学、取消学籍、开除学籍、死亡的，标注学籍注销。",
        "Withdrawal, cancellation, expulsion or death closes the status and is marked.",
    ),
    said(
        "A12-7",
        "enrollment",
        "发给肄业证书或学习证明的，予以标注。",
        "A leaving certificate or study statement is annotated.",
    ),
    said(
        "A12-8",
        "enrollment",
        "实行学分制的学校可不标注留级、降级、跳级。",
        "Credit-based schools need not mark repeated, lowered or skipped years.",
    ),
    inferred(
        "A12-9",
        "enrollment",
        "该学年在毕业之后，或在校外时期，不能注册。",
        "This year lies outside the student's time at the school and cannot be registered.",
    ),
    said(
        "A13-1",
        "enrollment",
        "学年注册应在第一学期开学后一个月内完成，逾期予以标注。",
        "The annual registration is done within one month of the semester's start; later is marked late.",
    ),
    said(
        "A13-2",
        "enrollment",
        "学籍处理应在决定后15个工作日内完成，逾期予以标注。",
        "A decision on a status is recorded within 15 working days; later is marked late.",
    ),
    inferred(
        "A13-3",
        "enrollment",
        "工作日按国务院公布的节假日与调休安排计算，未公布的年份须说明。",
        "Working days follow the published holidays and make-up days; a year not yet published is said.",
    ),
    said(
        "A13-4",
        "enrollment",
        "学籍注销不可撤回；注销有误须走更正程序。",
        "A closed status is never reopened; a wrong closing needs a correction case.",
    ),
    said(
        "A14-1",
        "enrollment",
        "学生离校后，身份、学籍与学年注册信息转为学籍档案保存。",
        "After leaving, identity, status and annual registrations are kept as the student's archive.",
    ),
    inferred(
        "A14-2",
        "enrollment",
        "已归档的记录只能通过更正程序修改。",
        "An archived record changes only through a correction case.",
    ),
)
