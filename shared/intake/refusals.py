"""Why a whole file is refused: each reason once, in both languages. Nothing of a refused file is stored."""

from shared.rules.refused import Refused


class FileRefused(Refused):
    """The file cannot be taken in at all."""

    rule = "X-FILE-2"
    status = 422
    zh = "文件无法读取。"
    en = "The file cannot be read."


class FileEmpty(FileRefused):
    """There is nothing in it."""

    rule = "X-FILE-1"
    zh = "文件为空:没有任何内容。"
    en = "The file is empty: there is nothing in it."


class NoUsableRows(FileRefused):
    """There is a header, and not one row beneath it that says anything: blank or deleted rows are none."""

    rule = "X-FILE-15"
    zh = "文件没有可用的数据行:只有表头、空行或已删除的行。"
    en = "The file holds no usable rows: there is a header, and only blank or deleted rows beneath it."


class FileTruncated(FileRefused):
    """It ends in the middle."""

    rule = "X-FILE-4"
    zh = "文件不完整:{where}处中断。请重新导出并上传。"
    en = "The file is incomplete: it breaks off at {where}. Export it again and send it again."


class WrongFormat(FileRefused):
    """The content is not what the name says, or no format that is taken."""

    rule = "X-FILE-2"
    zh = "文件格式不符:名称为 {named},内容为 {found}。只接受 CSV、XLSX、DBF 和 JSONL(每行一个 JSON 对象)。"
    en = (
        "The format does not fit: the name says {named}, the content is {found}."
        " Only CSV, XLSX, DBF and JSON lines are taken."
    )


class MemoColumns(FileRefused):
    """A DBF keeps the texts of these columns in a second file, which was not sent."""

    rule = "X-FILE-2"
    zh = "DBF 含有备注型字段:{columns}。其内容在另一个文件(DBT/FPT)中,请改为字符型字段后重新导出。"
    en = "The DBF has memo fields: {columns}. Their content lies in another file; export them as character fields."


class NotOneObject(FileRefused):
    """A line of a JSON-lines file is not one flat object."""

    rule = "X-FILE-2"
    zh = "JSONL 第 {line} 行不是一个扁平的 JSON 对象:{why_zh}。"
    en = "Line {line} of the JSON lines is not one flat object: {why_en}."


class KeyDoubled(FileRefused):
    """An object names a key twice; which value is meant nobody knows."""

    rule = "X-FILE-6"
    zh = "JSONL 第 {line} 行的键 {key} 重复出现。"
    en = "Line {line} of the JSON lines has the key {key} twice."


class LineTooLong(FileRefused):
    """A line is longer than any row can be."""

    rule = "X-FILE-16"
    zh = "第 {line} 行超过 {limit} 字节。"
    en = "Line {line} is longer than {limit} bytes."


class WrongEncoding(FileRefused):
    """Neither UTF-8 nor GB18030 from the first byte to the last."""

    rule = "X-FILE-3"
    zh = "编码错误:{where}处既非 UTF-8 也非 GB18030。请另存为 UTF-8。"
    en = "Wrong encoding: at {where} the text is neither UTF-8 nor GB18030. Save it as UTF-8."


class ColumnsMissing(FileRefused):
    """Required columns are not in the header."""

    rule = "X-FILE-5"
    zh = "缺少必需的列:{columns}。"
    en = "Required columns are missing: {columns}."


class ColumnsDoubled(FileRefused):
    """A column stands in the header twice, perhaps once by its code and once by its name."""

    rule = "X-FILE-6"
    zh = "列重复出现:{columns}。"
    en = "Columns appear more than once: {columns}."


class ColumnsUnknown(FileRefused):
    """A column that no rule knows: it could be a mistyped one, and would be lost in silence."""

    rule = "X-FILE-7"
    zh = "有无法识别的列:{columns}。请改正列名或删除该列。"
    en = "Unknown columns: {columns}. Correct the title or remove the column."


class ControlCharacters(FileRefused):
    """Characters that no table holds."""

    rule = "X-FILE-12"
    zh = "文件含有控制字符({where})。请重新导出。"
    en = "The file holds control characters ({where}). Export it again."


class TooManyRows(FileRefused):
    """More rows than one batch may have."""

    rule = "X-FILE-8"
    zh = "行数超过上限 {limit} 行。请拆分文件。"
    en = "More than {limit} rows. Split the file."


class TooLarge(FileRefused):
    """More bytes than one file may have."""

    rule = "X-FILE-9"
    status = 413
    zh = "文件超过上限 {limit} MB。请拆分文件。"
    en = "The file is larger than {limit} MB. Split it."


class UnpacksTooLarge(FileRefused):
    """An archive that grows beyond the limit when unpacked (a zip bomb)."""

    rule = "X-FILE-10"
    zh = "压缩内容展开后超过上限 {limit} MB,已拒绝。"
    en = "Unpacked, the file's content exceeds {limit} MB; it was refused unread."
