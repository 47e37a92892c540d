"""What can be done with an image beyond ingesting it: text with boxes, tables, formulas, fields, translation."""

from ingest.hunyuan.prompts import Language, Task
from ingest.tasks.tools import TaskResult, TaskTools, build_tools, run_task

__all__ = ["Language", "Task", "TaskResult", "TaskTools", "build_tools", "run_task"]
