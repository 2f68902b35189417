"""The text file for Prometheus."""

from datakit.pipeline.jobs.metrics import write_metrics


def test_jobs_share_a_file_and_what_is_not_known_stays(tmp_path):
    """A sample a line under its kind, the label escaped; a failed run leaves the time of the last good one."""
    path = tmp_path / "datakit.prom"
    write_metrics(path, "nightly", {"last_exit_code": 0, "last_success_timestamp_seconds": 1.5})
    write_metrics(path, 'odd "one"', {"last_exit_code": 2})
    write_metrics(path, "nightly", {"last_exit_code": 3, "last_success_timestamp_seconds": None})
    assert path.read_text() == (
        "# HELP datakit_job_last_success_timestamp_seconds when it last ended with exit code 0\n"
        "# TYPE datakit_job_last_success_timestamp_seconds gauge\n"
        'datakit_job_last_success_timestamp_seconds{job="nightly"} 1.5\n'
        "# HELP datakit_job_last_exit_code exit code with which it last ended\n"
        "# TYPE datakit_job_last_exit_code gauge\n"
        'datakit_job_last_exit_code{job="nightly"} 3\n'
        'datakit_job_last_exit_code{job="odd \\"one\\""} 2\n'
    )
    assert [one.name for one in tmp_path.iterdir()] == ["datakit.prom"]
