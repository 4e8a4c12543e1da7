"""Rules by tool. Importing this registers them all."""
from rules import kube_linter, kube_linter_objects, kubescape, polaris, trivy  # noqa: F401
