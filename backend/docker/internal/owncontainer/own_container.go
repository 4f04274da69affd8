// Package owncontainer finds the container in which this process runs.
package owncontainer

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"os"
	"regexp"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
)

// Finder looks for it on an engine.
type Finder struct {
	client dockerapi.Client
	log    *slog.Logger
	self   lazy.Value[Own]
}

// New returns a finder that has not looked yet.
func New(client dockerapi.Client, log *slog.Logger) *Finder { return &Finder{client: client, log: log} }

// Own is the container of this engine in which the emulator itself runs,
// as in a compose project. The zero value is none.
type Own struct {
	ID       string   // empty is none
	Networks []string // ids, as they were when first asked for
}

// Own looks once: the emulator does not move.
func (f *Finder) Own(ctx context.Context) (Own, error) {
	return f.self.Get(ctx, func(ctx context.Context) (Own, error) {
		for _, id := range ownIDs() {
			found, err := f.client.ContainerInspect(ctx, id)
			if cerrdefs.IsNotFound(err) {
				continue // a container, but of another engine
			}
			if err != nil {
				return Own{}, err
			}
			f.log.Info("emulator runs in a container of this engine", "container", found.Name)
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
		own.Networks = append(own.Networks, endpoint.NetworkID)
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

// StayApart has the finder do as if this process ran in no container.
func (f *Finder) StayApart() { f.self.Set(Own{}) }

// RunIn has the finder believe that this process runs in a container; for tests.
func (f *Finder) RunIn(found container.InspectResponse) { f.self.Set(ownOf(found)) }
