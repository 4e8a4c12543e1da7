"""What pods use, as the kubelet counts it."""
import json
from datetime import datetime

from _cluster import kubectl
from _lib import wait_until

MIB = 2**20


class Usage:
    """A pod's working set in MiB, seconds of CPU since its start, and when the kubelet measured that."""

    def __init__(self, containers):
        self.memory = sum(one["memory"]["workingSetBytes"] for one in containers) / MIB
        self.cpu = sum(one["cpu"]["usageCoreNanoSeconds"] for one in containers) / 1e9
        self.at = min(datetime.fromisoformat(one["cpu"]["time"].replace("Z", "+00:00")).timestamp() for one in containers)


def usage(release):
    """Usage by pod, of those that last."""
    wanted = {pod["metadata"]["name"] for pod in release.pods()}
    found = {}
    for node in json.loads(kubectl("get", "nodes", "-o", "json"))["items"]:
        summary = json.loads(kubectl("get", "--raw", f"/api/v1/nodes/{node['metadata']['name']}/proxy/stats/summary"))
        for pod in summary["pods"]:
            name = pod["podRef"]["name"]
            containers = [one for one in pod.get("containers", []) if "workingSetBytes" in one.get("memory", {})]
            if pod["podRef"]["namespace"] == release.namespace and name in wanted and containers:
                found[name] = Usage(containers)
    return found if set(found) == wanted else None


def idle(release, seconds=9):
    """Pairs of MiB and cores by pod while nobody works, over at least these seconds."""
    first = wait_until("the kubelet's figures of all pods", lambda: usage(release), 60)

    def later():
        now = usage(release)
        return now and all(now[name].at - first[name].at >= seconds for name in first) and now

    second = wait_until("newer figures", later, 60)
    return {
        name: (now.memory, (now.cpu - first[name].cpu) / (now.at - first[name].at)) for name, now in second.items()
    }
