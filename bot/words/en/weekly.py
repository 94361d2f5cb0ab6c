"""The weekly summary in English."""

WORDS = {
    "cli.report.week": "which week, such as 2026-W47 (default: the last one)",
    "cli.report.out": "folder for picture and spreadsheet (default: the current one)",
    "cli.report.bad_week": "--week {value}: no such week; write it as 2026-W47",
    "cli.report.future": "--week {value}: is yet to come",
    "cli.report.no_folder": "--out {path}: is not a folder",
    "cli.report.no_store": "{path}: there is no archive yet; run qingqun run first",
    "cli.report.written": "written: {path}",
}
