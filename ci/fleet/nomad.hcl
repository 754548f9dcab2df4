# Attests every client of a Nomad cluster once: a job of the type sysbatch, which runs to
# its end on each. An allocation fails where the host is not held, and is not tried again:
#
#   nomad job run nomad.hcl
#   nomad job status attest
#
# The bundles are in the allocation: `nomad alloc fs ALLOCATION attest/local/bundles` lists
# them. The driver is raw_exec, which a client must allow: the host is to be attested, and
# not what a driver makes of it. The task runs as the client's user, which is to be root,
# with the client's bubblewrap and PostgreSQL.
#
# Its words are held to those that Nomad documents by `ci/fleet/fits`. No Nomad ever ran
# it; `ci/fleet/test` runs the command of the task on a host of its own.
variable "release" {
  type        = string
  description = "Where the release's static program is, such as https://host.example/harness-x86_64."
}

variable "digest" {
  type        = string
  description = "Its SHA-256, as the release's SHA256SUMS has it."
}

job "attest" {
  type        = "sysbatch"
  datacenters = ["*"]

  group "host" {
    restart {
      attempts = 0
      mode     = "fail"
    }

    task "attest" {
      driver = "raw_exec"

      artifact {
        source      = var.release
        destination = "local/harness"
        mode        = "file"

        options {
          checksum = "sha256:${var.digest}"
        }
      }

      config {
        command = "/bin/sh"
        args = ["-euc", <<-SCRIPT
          cd "$NOMAD_TASK_DIR"
          chmod +x harness
          mkdir -p /etc/proof-of-block
          [ -e /etc/proof-of-block/host.pem ] || ./harness keygen /etc/proof-of-block/host.pem
          ./harness attest --engine bwrap --key /etc/proof-of-block/host.pem --out bundles
        SCRIPT
        ]
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }
}
