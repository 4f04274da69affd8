// Package machine finds out about the machine that this process runs on what the checks of doctor are about: who has a
// port, what is routed, how much room there is, which names are found. It judges nothing.
package machine

import (
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

// Place is where this process runs.
func Place() doctor.Place {
	return doctor.Place{
		System: runtime.GOOS, Container: containerHere(), WSL: isWSL(fileText("/proc/sys/kernel/osrelease")),
		MachineID: runtime.GOOS == "linux" && fileText("/etc/machine-id") != "",
	}
}

// containerHere says what this process runs in. An image that a virtual machine was made of may have left the marks of a
// container there.
func containerHere() string {
	if isInitial("/proc") {
		return ""
	}
	return containerOf("/", os.Getenv)
}

// initialProcesses is the kernel's name of the initial process namespace. Source: Linux, include/uapi/linux/nsfs.h.
const initialProcesses = "pid:[4026531836]"

// isInitial reports whether this process is in the machine's initial process and mount namespaces, which no container has
// both of: a mount has another id in each namespace. Source: proc_pid_mountinfo(5), namespaces(7).
func isInitial(proc string) bool {
	processes, _ := os.Readlink(filepath.Join(proc, "self/ns/pid"))
	own, _, _ := strings.Cut(fileText(filepath.Join(proc, "self/mountinfo")), "\n")
	first, _, _ := strings.Cut(fileText(filepath.Join(proc, "1/mountinfo")), "\n")
	return processes == initialProcesses && own != "" && own == first
}

// containerOf says what a process with this root and these variables runs in.
// Sources: Docker (/.dockerenv), Podman (/run/.containerenv), Kubernetes (variables of services), systemd (the variable container).
func containerOf(root string, variable func(string) string) string {
	exists := func(path string) bool { _, err := os.Stat(root + path); return err == nil }
	switch {
	case variable("KUBERNETES_SERVICE_HOST") != "":
		return "kubernetes"
	case exists(".dockerenv"):
		return "docker"
	case exists("run/.containerenv"):
		return "podman"
	case variable("container") != "":
		return variable("container")
	}
	return ""
}

// isWSL reads the release of the kernel. Source: Microsoft's kernel for WSL is named …-microsoft-standard-WSL2.
func isWSL(release string) bool { return strings.Contains(strings.ToLower(release), "microsoft") }

// fileText is a small file's text, empty if it cannot be read.
func fileText(path string) string {
	text, _ := os.ReadFile(path)
	return strings.TrimSpace(string(text))
}

// outside is the registry that most images come from.
const outside = "registry-1.docker.io"

// Names looks names up: those that clients have for the emulator, and one of a registry elsewhere.
func Names(ctx context.Context, endpointHost string) doctor.Names {
	n := doctor.Names{Outside: outside}
	found, err := net.DefaultResolver.LookupHost(ctx, "localhost")
	for _, text := range found {
		n.Loopback = n.Loopback || err == nil && text == "127.0.0.1"
	}
	if _, err := netip.ParseAddr(endpointHost); err != nil && endpointHost != "" && endpointHost != "localhost" {
		n.Endpoint = endpointHost
		_, n.EndpointErr = net.DefaultResolver.LookupHost(ctx, endpointHost)
	}
	_, n.OutsideErr = net.DefaultResolver.LookupHost(ctx, outside)
	return n
}
