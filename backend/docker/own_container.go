package docker

import (
	"bufio"
	"context"
	"io"
	"os"
	"regexp"
	"slices"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/network"
)

// ownContainer is the container of this engine in which the emulator itself runs,
// as in a compose project. The zero value is none.
type ownContainer struct {
	id       string
	networks []string // ids, as they were when first asked for
}

// ownContainer looks once: the emulator does not move.
func (e *Engine) ownContainer(ctx context.Context) (ownContainer, error) {
	return e.self.get(ctx, func(ctx context.Context) (ownContainer, error) {
		for _, id := range ownIDs() {
			found, err := e.client.ContainerInspect(ctx, id)
			if cerrdefs.IsNotFound(err) {
				continue // a container, but of another engine
			}
			if err != nil {
				return ownContainer{}, err
			}
			own := ownContainer{id: found.ID}
			for _, endpoint := range found.NetworkSettings.Networks {
				own.networks = append(own.networks, endpoint.NetworkID)
			}
			e.log.Info("emulator runs in a container of this engine", "container", found.Name)
			return own, nil
		}
		return ownContainer{}, nil
	})
}

// ownIDs are what may be the id of the container in which this process runs.
func ownIDs() (ids []string) {
	for path, find := range map[string]func(io.Reader) string{
		"/proc/self/mountinfo": idInMounts,
		"/proc/self/cgroup":    idInCgroups,
	} {
		if file, err := os.Open(path); err == nil {
			if id := find(file); id != "" {
				ids = append(ids, id)
			}
			_ = file.Close()
		}
	}
	if name, err := os.Hostname(); err == nil && shortID.MatchString(name) {
		ids = append(ids, name)
	}
	return ids
}

var (
	shortID = regexp.MustCompile(`^[0-9a-f]{12}$`)
	// A container sees files of its own directory mounted at these places. A host
	// sees the directories of all containers, but mounted elsewhere.
	// Source: proc_pid_mountinfo(5): fourth field root, fifth mount point.
	mountLine  = regexp.MustCompile(`^\S+ \S+ \S+ \S*/([0-9a-f]{64})/\S+ /etc/(?:hostname|hosts|resolv\.conf) `)
	cgroupLine = regexp.MustCompile(`^\d+:[^:]*:.*/(?:docker-)?([0-9a-f]{64})(?:\.scope)?$`)
)

func idInMounts(mountinfo io.Reader) string { return firstMatch(mountinfo, mountLine) }
func idInCgroups(cgroups io.Reader) string  { return firstMatch(cgroups, cgroupLine) }

func firstMatch(r io.Reader, line *regexp.Regexp) string {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if match := line.FindStringSubmatch(lines.Text()); match != nil {
			return match[1]
		}
	}
	return ""
}

// adopt finds the network that the user prepared for the VPC: labelled, nobody's
// property, and joined by the emulator's own container. One network is one VPC.
func (e *Engine) adopt(existing []network.Inspect, name string, own ownContainer) (vpcNetwork, bool) {
	if known, ok := e.networks[name]; ok && known.adopted {
		return known, true
	}
	for _, n := range existing {
		if _, labelled := n.Labels[vpcLabel]; !labelled || n.Labels[ownerLabel] != "" || !slices.Contains(own.networks, n.ID) {
			continue
		}
		vpc, err := vpcOf(n)
		if err != nil || vpc.subnet.Bits() != 16 {
			e.log.Warn("labelled network is no VPC: want an IPv4 range of /16", "network", n.Name)
			continue
		}
		if e.isAdopted(n.ID) {
			continue
		}
		if !slices.ContainsFunc(n.IPAM.Config, func(c network.IPAMConfig) bool { return c.IPRange == lastRange(vpc.subnet).String() }) {
			e.log.Warn("addresses of tasks may collide with those the engine hands out; set ip_range on the network",
				"network", n.Name, "ip_range", lastRange(vpc.subnet))
		}
		vpc.adopted = true
		return vpc, true
	}
	return vpcNetwork{}, false
}

func (e *Engine) isAdopted(id string) bool {
	for _, known := range e.networks {
		if known.adopted && known.id == id {
			return true
		}
	}
	return false
}

// join connects the emulator's own container to a network, if it has one.
func (e *Engine) join(ctx context.Context, vpc vpcNetwork, own ownContainer) error {
	if own.id == "" {
		return nil
	}
	err := e.client.NetworkConnect(ctx, vpc.id, own.id, nil)
	// "endpoint with name … already exists in network …" is success.
	if cerrdefs.IsPermissionDenied(err) || cerrdefs.IsConflict(err) {
		return nil
	}
	return err
}
