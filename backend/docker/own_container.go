package docker

import (
	"bufio"
	"context"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/ipam"
)

// ownContainer is the container of this engine in which the emulator itself runs,
// as in a compose project. The zero value is none.
type ownContainer struct {
	id       string
	networks []string // ids, as they were when first asked for
}

// ownContainer looks once: the emulator does not move.
func (e *Engine) ownContainer(ctx context.Context) (ownContainer, error) {
	return e.self.Get(ctx, func(ctx context.Context) (ownContainer, error) {
		for _, id := range ownIDs() {
			found, err := e.client.ContainerInspect(ctx, id)
			if cerrdefs.IsNotFound(err) {
				continue // a container, but of another engine
			}
			if err != nil {
				return ownContainer{}, err
			}
			e.log.Info("emulator runs in a container of this engine", "container", found.Name)
			return ownContainerOf(found), nil
		}
		return ownContainer{}, nil
	})
}

// ownContainerOf is what of a container matters to networks. One without a network of
// its own, which shares the host's or another container's or has none, cannot join
// any: there the emulator is as if it ran in no container.
// Source: Docker Engine API, "container sharing network namespace with another
// container or host cannot be connected to any other network".
func ownContainerOf(found container.InspectResponse) ownContainer {
	if mode := found.HostConfig.NetworkMode; mode.IsHost() || mode.IsContainer() || mode.IsNone() {
		return ownContainer{}
	}
	own := ownContainer{id: found.ID}
	for _, endpoint := range found.NetworkSettings.Networks {
		own.networks = append(own.networks, endpoint.NetworkID)
	}
	return own
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
func (e *Engine) adopt(ctx context.Context, existing []network.Summary, name string, own ownContainer) (vpcNetwork, bool, error) {
	if known, ok := e.knownVPC(name); ok && known.adopted {
		return known, true, nil
	}
	for _, n := range existing {
		if _, labelled := n.Labels[label.VPCKey]; !labelled || n.Labels[label.OwnerKey] != "" || !slices.Contains(own.networks, n.ID) {
			continue
		}
		vpc, err := vpcOf(n.Network)
		if err != nil || vpc.subnet.Bits() != 16 {
			e.log.Warn("labelled network is no VPC: want an IPv4 range of /16", "network", n.Name)
			continue
		}
		if e.isAdopted(n.ID) {
			continue
		}
		if takes, err := e.takesAddresses(ctx, vpc); err != nil {
			return vpcNetwork{}, false, err
		} else if !takes {
			e.log.Warn("labelled network is no VPC: it lets nobody choose addresses; give it a subnet of /16 in its ipam configuration", "network", n.Name)
			continue
		}
		if !slices.ContainsFunc(n.IPAM.Config, func(c network.IPAMConfig) bool { return c.IPRange == ipam.EngineShare(vpc.subnet) }) {
			e.log.Warn("addresses of tasks may collide with those the engine hands out; set ip_range on the network",
				"network", n.Name, "ip_range", ipam.EngineShare(vpc.subnet))
		}
		vpc.adopted = true
		return vpc, true, nil
	}
	return vpcNetwork{}, false, nil
}

// takesAddresses says whether containers on a network can have addresses of their own
// choice, which the engine allows where the user has configured the range. As it does
// not tell where the range is from, a container that never starts tries.
func (e *Engine) takesAddresses(ctx context.Context, vpc vpcNetwork) (bool, error) {
	labels := e.owner.Labels(label.Sandbox, nil)
	made, err := e.containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{
		Name: e.owner.UniqueName("probe"),
		CreateRequest: container.CreateRequest{
			Config:     &container.Config{Labels: labels},
			HostConfig: &container.HostConfig{NetworkMode: "bridge", LogConfig: logConfig()},
		},
	})
	if err != nil {
		return false, err
	}
	ip := ipam.EngineShare(vpc.subnet).Addr().Prev() // not the engine's, and the last a sandbox gets
	err = e.client.NetworkConnect(ctx, vpc.id, made.ID, &network.EndpointSettings{
		IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: ip},
	})
	if removed := e.containers.Remove(ctx, made.ID); removed != nil {
		return false, removed
	}
	if err != nil && strings.Contains(err.Error(), "user configured subnets") {
		return false, nil
	}
	return err == nil, err
}

func (e *Engine) isAdopted(id string) bool {
	for _, known := range e.knownVPCs() {
		if known.adopted && known.id == id {
			return true
		}
	}
	return false
}

// join connects the emulator's own container to a network, if it has one. An isolated
// one is reached through the sandbox that routes it.
func (e *Engine) join(ctx context.Context, vpc vpcNetwork, own ownContainer) error {
	if own.id == "" || vpc.isolated {
		return nil
	}
	err := e.client.NetworkConnect(ctx, vpc.id, own.id, nil)
	// "endpoint with name … already exists in network …" is success.
	if cerrdefs.IsPermissionDenied(err) || cerrdefs.IsConflict(err) {
		return nil
	}
	return err
}
