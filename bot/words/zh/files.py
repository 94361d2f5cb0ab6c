"""Why a file or picture tells nothing, and what the bot does not see."""

WORDS = {
    "file.encrypted": "文件有密码，内容没有看到",
    "file.too_large": "文件太大，内容没有看",
    "file.bomb": "文件解开后过大，疑似压缩炸弹，内容没有看",
    "file.unsafe": "文件里有不安全的声明，内容没有看",
    "file.broken": "文件损坏，内容看不到",
    "file.format": "这种格式看不了（能看 docx、xlsx、pdf、ofd、txt）",
    "file.no_words": "文件里没有文字",
    "file.no_ocr": "图片或扫描件，没有装文字识别，内容没有看到",
    "file.timeout": "文件太费时间，内容没有看完",
    "file.crashed": "文件读不了，内容没有看到",
    "file.gone": "文件取不到，内容没有看到",
    "cli.doctor.no_ocr": "没有装文字识别：图片、扫描件里的文字、密级标志和二维码看不到，只按文件名和文字判断；要看请运行 pip install 'qingqun[ocr]'",
    "cli.doctor.ocr": "已装文字识别：图片、扫描件里的文字、密级标志和二维码看得到",
}
