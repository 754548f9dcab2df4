#!/usr/bin/env python3
"""What is known of the files for Kubernetes and Nomad beyond a vendor's schema.

    jobs.py words nomad.hcl    holds each block and word to those that Nomad documents
    jobs.py script FILE        prints what the file runs on each host

Needs python-hcl2 and PyYAML. It reads a job file as Nomad's grammar does and knows the
words, not what Nomad makes of them.
"""

import sys

import hcl2
import yaml

# Of each block its words and its blocks, as far as they are documented for a sysbatch job.
# https://developer.hashicorp.com/nomad/docs/job-specification
BLOCKS = {
    "": ("", "job variable"),
    "variable": ("type default description", "validation"),
    "job": ("datacenters id meta name namespace node_pool priority region type", "constraint group parameterized periodic"),
    "group": ("count shutdown_delay", "constraint ephemeral_disk meta network restart service task volume"),
    "restart": ("attempts delay interval mode render_templates", ""),
    "task": (
        "driver kill_signal kill_timeout leader shutdown_delay user",
        "artifact config constraint env lifecycle logs meta resources service template volume_mount",
    ),
    "artifact": ("chown destination mode source", "headers options"),
    "config": ("args command cgroup_v1_override cgroup_v2_override oom_score_adj work_dir", ""),
    "resources": ("cores cpu memory memory_max secrets", "device numa"),
}
# Blocks whose words are whatever the one who writes them wants.
FREE = {"options", "headers", "meta", "env"}
LABELLED = {"variable", "job", "group", "task"}


def bare(word):
    """A label or string as hcl2 gives it, without its quotes."""
    return word.strip('"') if isinstance(word, str) else word


def unknown(kind, body, path):
    """Every word and block beneath `path` that Nomad does not document there."""
    words, blocks = (part.split() for part in BLOCKS.get(kind, ("", "")))
    for name, value in body.items():
        if name.startswith("__"):
            continue
        where = f"{path}/{name}" if path else name
        nested = isinstance(value, list) and value and isinstance(value[0], dict)
        if name not in (blocks if nested else words):
            yield f"{where}: expected one of: {', '.join(blocks if nested else words)}"
            continue
        for block in value if nested and name not in FREE else []:
            if name in LABELLED:
                for label, inner in block.items():
                    if not label.startswith("__"):
                        yield from unknown(name, inner, f"{where} {label}")
            else:
                yield from unknown(name, block, where)


def tasks(job):
    """Every task of a job, with its labels taken off."""
    for kind in ("job", "group"):
        job = [inner for block in job[kind] for inner in block.values() if isinstance(inner, dict)][0]
    return [inner for block in job["task"] for inner in block.values() if isinstance(inner, dict)]


def words(file):
    """Complains of what the job says that is not documented, or not what is wanted of it."""
    with open(file, encoding="utf-8") as text:
        job = hcl2.load(text)
    wrong = list(unknown("", job, ""))
    said = [inner for block in job["job"] for inner in block.values() if isinstance(inner, dict)][0]
    if bare(said.get("type", "")) != "sysbatch":
        wrong.append(f"job: expected the type sysbatch, observed {said.get('type')}")
    if [bare(task.get("driver", "")) for task in tasks(job)] != ["raw_exec"]:
        wrong.append("job: expected one task, of the driver raw_exec")
    return wrong


def script(file):
    """What the file gives to a shell on each host."""
    with open(file, encoding="utf-8") as text:
        if not file.endswith(".hcl"):
            sets = [it for it in yaml.safe_load_all(text) if it["kind"] == "DaemonSet"]
            containers = sets[0]["spec"]["template"]["spec"]["initContainers"]
            return [it for it in containers if it["name"] == "attest"][0]["args"][0]
        task = tasks(hcl2.load(text))[0]
    heredoc = task["config"][0]["args"][1].strip('"').splitlines()
    return "\n".join(line.strip() for line in heredoc[1:-1])


def main():
    """Does what is asked; 1 where something is wrong, 2 on a mistake of whoever asks."""
    if len(sys.argv) != 3 or sys.argv[1] not in ("words", "script"):
        print(__doc__, file=sys.stderr)
        return 2
    if sys.argv[1] == "script":
        print(script(sys.argv[2]))
        return 0
    wrong = words(sys.argv[2])
    print("\n".join(wrong) or f"{sys.argv[2]}: every word is documented")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
