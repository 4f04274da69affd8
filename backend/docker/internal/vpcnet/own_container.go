package vpcnet

import (
	"bufio"
	"context"
	"io"
	"os"
	"regexp"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
)

// Own is the container of this engine in which the emulator itself runs,
// as in a compose project. The zero value is none.
type Own struct {
	ID       string   // empty is none
	networks []string // ids, as they were when first asked for
}

// Own looks once: the emulator does not move.
func (s *Networks) Own(ctx context.Context) (Own, error) {
	return s.self.Get(ctx, func(ctx context.Context) (Own, error) {
		for _, id := range ownIDs() {
			found, err := s.Client.ContainerInspect(ctx, id)
			if cerrdefs.IsNotFound(err) {
				continue // a container, but of another engine
			}
			if err != nil {
				return Own{}, err
			}
			s.Log.Info("emulator runs in a container of this engine", "container", found.Name)
			return ownOf(found), nil
		}
		return Own{}, nil
	})
}

// ownOf is what of a container matters to networks. One without a network of
// its own, which shares the host's or another container's or has none, cannot join
// any: there the emulator is as if it ran in no container.
// Source: Docker Engine API, "container sharing network namespace with another
// container or host cannot be connected to any other network".
func ownOf(found container.InspectResponse) Own {
	if mode := found.HostConfig.NetworkMode; mode.IsHost() || mode.IsContainer() || mode.IsNone() {
		return Own{}
	}
	own := Own{ID: found.ID}
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
	if name, err := os.Hostname(); err == nil {
		if isID, _ := regexp.MatchString(shortID, name); isID {
			ids = append(ids, name)
		}
	}
	return ids
}

// These are compiled where they are used, which is once.
const (
	shortID = `^[0-9a-f]{12}$`
	// A container sees files of its own directory mounted at these places. A host
	// sees the directories of all containers, but mounted elsewhere.
	// Source: proc_pid_mountinfo(5): fourth field root, fifth mount point.
	mountLine  = `^\S+ \S+ \S+ \S*/([0-9a-f]{64})/\S+ /etc/(?:hostname|hosts|resolv\.conf) `
	cgroupLine = `^\d+:[^:]*:.*/(?:docker-)?([0-9a-f]{64})(?:\.scope)?$`
)

func idInMounts(mountinfo io.Reader) string { return firstMatch(mountinfo, mountLine) }
func idInCgroups(cgroups io.Reader) string  { return firstMatch(cgroups, cgroupLine) }

func firstMatch(r io.Reader, line string) string {
	form := regexp.MustCompile(line)
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if match := form.FindStringSubmatch(lines.Text()); match != nil {
			return match[1]
		}
	}
	return ""
}

// StayApart has the networks do as if this process ran in no container.
func (s *Networks) StayApart() { s.self.Set(Own{}) }

// RunIn has the networks believe that this process runs in a container; for tests.
func (s *Networks) RunIn(found container.InspectResponse) { s.self.Set(ownOf(found)) }
