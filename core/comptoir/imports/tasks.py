"""The steps of an import that the worker does."""

from django_tasks import task

from comptoir.imports.runs import carry_out, check_file


@task()
def check_import(run_id: int) -> None:
    check_file(run_id)


@task()
def carry_out_import(run_id: int) -> None:
    carry_out(run_id)
