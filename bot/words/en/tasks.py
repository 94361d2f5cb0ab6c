"""What people are told about their tasks."""

WORDS = {
    "task.changed": "its content was corrected",
    "task.changed.open": "no date for now; a new one follows",
    "task.changed.deadline": "now due {deadline}",
    "task.unknown_number": "There is no task {number}",
    "task.receipt.noted": "Noted as received: task {number} “{what}”",
    "task.receipt.known": "Task {number} “{what}” was noted as received before",
    "task.receipt.nothing": "No task waits for your receipt",
    "task.result.confirmed": "Task {number} of {name} is confirmed",
    "task.result.rejected": "Task {number} of {name} is sent back; they are told privately",
    "task.dropped": "Task {number} “{what}” is withdrawn; nobody is reminded of it any more",
    "task.mine.none": "Nothing is waiting for you",
    "task.list.none": "There is no open task",
}
