"""What several tools ask in the same words: settings of containers and pods, ways into the host."""
from manifest import dig
from rule import cut, put

POD = "spec template spec"
FIRST = f"{POD} containers 0"
SECURITY = f"{FIRST} securityContext"


def effective(pod, container, *path):
    """A setting of the container's security context, else of the pod's."""
    own = dig(container, "securityContext", *path)
    return own if own is not None else dig(pod.security, *path)


def capabilities(container, way):
    """Capabilities that a container drops or adds, in capitals."""
    return {str(name).upper() for name in dig(container, "securityContext", "capabilities", way) or []}


def host_paths(manifest):
    return [(pod, volume["hostPath"]["path"]) for pod in manifest.pods() for volume in pod.volumes if "hostPath" in volume]


def host_ports(manifest):
    return [(pod, port["hostPort"]) for pod, container in manifest.containers() for port in container.get("ports") or [] if port.get("hostPort")]


def containers_where(test):
    """A finder of containers for which `test(pod, container)` gives a text."""

    def find(manifest):
        for pod, container in manifest.containers():
            text = test(pod, container)
            if text:
                yield pod.owner, f"{container['name']}: {text}"

    return find


def pods_where(test):
    """A finder of pods for which `test(pod)` gives a text."""

    def find(manifest):
        for pod in manifest.pods():
            text = test(pod)
            if text:
                yield pod.owner, text

    return find


def host_path(path):
    return put("Deployment", f"{POD} volumes 0", {"name": "tmp", "hostPath": {"path": path}})


def uncut(*paths):
    """Take away several paths of the Deployment at once."""

    def change(objects):
        for path in paths:
            objects = cut("Deployment", path)(objects)
        return objects

    return change
