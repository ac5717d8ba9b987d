"""Checks the interface of the web page against its own description: starts the server, and lets Schemathesis
send it what the description allows and what it does not.

    python check_api.py PROGRAM [SECONDS]

Whatever is sent, the answer is none of a fault (500 and above), its status, type and content are described,
and what the description rules out is refused. Searches are left out: each takes long. Fails on any finding. About a minute (SECONDS, default 60).
"""

import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

# What is allowed name by name may still make no scenario, which the description cannot say: that it is then
# refused is no finding, so that `positive_data_acceptance` is left out.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
]
# Few draws, so that there is time for much else; the tests in tests/serve/ try other numbers of them.
SETTINGS = """
hooks = "hooks.py"

[parameters]
draws = 200

[checks.negative_data_rejection]
expected-statuses = ["400", "404", "405", "413", "414", "415", "422"]
"""
# A scenario is sent as the text that it is, whatever its type is called.
HOOKS = """
import schemathesis

schemathesis.serializer.alias("application/toml", "text/plain")
"""


def main(program: str, seconds: str = "60") -> int:
    schemathesis = Path(sys.executable).with_name("schemathesis")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "schemathesis.toml").write_text(SETTINGS)
        (folder / "hooks.py").write_text(HOOKS)
        # Nothing that the developer has installed.
        own = {**os.environ, "BANDWISE_DATA_DIR": str(folder / "installed")}
        server = subprocess.Popen(
            [Path(program).resolve(), "serve", "--port", "0", "--no-open"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=own,
        )
        try:
            address = next(word for word in server.stdout.readline().split() if word.startswith("http://"))
            description = address + "api/openapi.json"
            fuzzed = subprocess.run(
                [
                    schemathesis, "--no-color", "--config-file", "schemathesis.toml", "run", description,
                    "--exclude-path", "/api/frontier", "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing",
                    "--max-time", seconds, "--workers", "1", "--seed", "1", "--request-timeout", "60",
                    "--continue-on-failure", "--warnings", "off", "--generation-database", "none",
                ],
                capture_output=True, text=True, cwd=folder,
            )
            with urllib.request.urlopen(address + "api/scenarios", timeout=60) as answer:
                goes_on = answer.status == 200
        finally:
            server.terminate()
            try:
                _, said = server.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                raise
    lines = fuzzed.stdout.strip().splitlines()
    if fuzzed.returncode != 0 or not goes_on or said or server.returncode != 0:
        print("\n".join(line[:500] for line in lines))
        print(fuzzed.stderr, said, f"exit code of the server: {server.returncode}", sep="\n")
        print("The interface does not keep to its description.")
        return 1
    counted = next(line.strip() for line in reversed(lines) if "generated" in line)
    print(f"The interface keeps to its description: {counted}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
