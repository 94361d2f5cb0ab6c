"""Why a file or picture tells nothing, and what the bot does not see."""

WORDS = {
    "file.encrypted": "the file has a password; its content was not seen",
    "file.too_large": "the file is too large; its content was not looked at",
    "file.bomb": "the file unpacks to far too much, perhaps a bomb; its content was not looked at",
    "file.unsafe": "the file holds unsafe declarations; its content was not looked at",
    "file.broken": "the file is damaged; its content cannot be seen",
    "file.format": "this format cannot be read (docx, xlsx, pdf, ofd and txt can)",
    "file.no_words": "there are no words in the file",
    "file.no_ocr": "a picture or a scan, and text recognition is not installed; its content was not seen",
    "file.timeout": "the file took too long; its content was not seen",
    "file.crashed": "the file could not be read; its content was not seen",
    "file.gone": "the file could not be fetched; its content was not seen",
    "cli.doctor.no_ocr": "text recognition is not installed: words, secrecy marks and QR codes in pictures and scans are not seen, only names and texts are judged; pip install 'qingqun[ocr]'",
    "cli.doctor.ocr": "text recognition is installed: words, secrecy marks and QR codes in pictures and scans are seen",
}
