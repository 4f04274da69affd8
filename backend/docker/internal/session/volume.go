package session

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// Folder is where containers have the program: where they have the session manager agent on Fargate.
// Source: recorded-exec.md X5.
const Folder = "/managed-agents/execute-command"

// volumePrefix begins the names of volumes with the program.
const volumePrefix = "ecs-emulator-session-"

// file is the program of this version. Its name and that of its volume say which: a container made by
// another version gets this one's beside its own.
type file struct {
	hash   string
	binary func(context.Context) ([]byte, error)
	size   int64
}

func (f file) name() string   { return "session-" + f.hash }
func (f file) path() string   { return Folder + "/" + f.name() }
func (f file) volume() string { return volumePrefix + f.hash }

// Mount is the mount of the program in a container that is to be made. The first call fills the volume.
func (s *Sessions) Mount(ctx context.Context) (mount.Mount, error) {
	f, err := s.file(ctx)
	if err != nil {
		return mount.Mount{}, fmt.Errorf("prepare the session program: %w", err)
	}
	m := mountOf(f.volume(), Folder)
	m.ReadOnly = true
	return m, nil
}

// mountOf mounts a volume of the program. The engine makes one that was removed meanwhile, as those of
// other versions are while no container has them, so it gets its label here too.
func mountOf(volume, target string) mount.Mount {
	return mount.Mount{Type: mount.TypeVolume, Source: volume, Target: target, VolumeOptions: &mount.VolumeOptions{NoCopy: true, Labels: labels()}}
}

// labels are the labels of a volume of the program: like the images of programs it has no owner, and is all
// emulators' on the engine.
func labels() map[string]string { return map[string]string{label.KindKey: string(label.Program)} }

// volumeOf is the volume that a container has for the program; empty is none.
func volumeOf(found container.InspectResponse) string {
	for _, m := range found.Mounts {
		if m.Destination == Folder && strings.HasPrefix(m.Name, volumePrefix) {
			return m.Name
		}
	}
	return ""
}

// file returns the program, in its volume.
func (s *Sessions) file(ctx context.Context) (file, error) {
	return s.prepared.Get(ctx, func(ctx context.Context) (file, error) {
		binary, err := s.containers.Program(ctx, program.Session)
		if err != nil {
			return file{}, err
		}
		sum := sha256.Sum256(binary)
		f := file{hash: hex.EncodeToString(sum[:6]), size: int64(len(binary)), binary: func(ctx context.Context) ([]byte, error) {
			return s.containers.Program(ctx, program.Session)
		}}
		if _, err := s.client.VolumeCreate(ctx, client.VolumeCreateOptions{Name: f.volume(), Labels: labels()}); err != nil {
			return file{}, err
		}
		if err := s.fill(ctx, f.volume(), f); err != nil {
			return file{}, err
		}
		s.dropOlder(ctx, f.volume())
		return f, nil
	})
}

// at is where the container that fills a volume has it.
const at = "/at"

// patience is for how long another emulator may take to fill a volume. Then its process has died.
const patience = 20 * time.Second

// fill puts the program into a volume unless it is there. It goes on when the caller gives up. The
// container that it takes is never started, and its name keeps other emulators from filling the volume
// at the same time: one would replace a program that runs.
func (s *Sessions) fill(ctx context.Context, volume string, f file) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lazy.LoadTimeout)
	defer cancel()
	id, err := s.reserve(ctx, volume)
	if err != nil {
		return err
	}
	defer func() { _ = s.containers.Remove(ctx, id) }() // what stays goes with the owner
	there, err := s.client.ContainerStatPath(ctx, id, client.ContainerStatPathOptions{Path: path.Join(at, f.name())})
	if err == nil && there.Stat.Size == f.size {
		return nil
	}
	if err != nil && !cerrdefs.IsNotFound(err) {
		return err
	}
	binary, err := f.binary(ctx)
	if err != nil {
		return err
	}
	_, err = s.client.CopyToContainer(ctx, id, client.CopyToContainerOptions{DestinationPath: at, Content: archive(f.name(), binary)})
	return err
}

// reserve makes the container that fills a volume, once no other one does.
func (s *Sessions) reserve(ctx context.Context, volume string) (id string, err error) {
	name := volume + "-filler"
	creation := containers.Creation{Name: name, CreateRequest: container.CreateRequest{
		Config:     &container.Config{Labels: s.owner.Labels(label.Filler, nil)},
		HostConfig: &container.HostConfig{NetworkMode: "none", Mounts: []mount.Mount{mountOf(volume, at)}},
	}}
	for {
		made, err := s.containers.CreateFrom(ctx, containers.SandboxImage, creation)
		switch {
		case err == nil && made.Fresh:
			return made.ID, nil
		case err != nil && !dockerapi.NameTaken(err):
			return "", err
		}
		if err := s.removeLost(ctx, name); err != nil {
			return "", err
		}
		if err := pause.For(ctx, 20*time.Millisecond); err != nil {
			return "", err
		}
	}
}

// removeLost removes the container that fills a volume if its process must have died.
func (s *Sessions) removeLost(ctx context.Context, name string) error {
	found, err := s.client.ContainerInspect(ctx, name)
	if cerrdefs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	now, err := s.client.Time(ctx)
	if err != nil || now.Sub(dockerapi.ParseTime(found.Created)) < patience {
		return err
	}
	return s.containers.Remove(ctx, found.ID)
}

// archive packs the program so that it is in the volume whole or not at all: the engine writes it under
// another name and then links it to its own. A session that another emulator opens meanwhile would fail
// with "text file busy", or run a part of it.
func archive(name string, binary []byte) *bytes.Buffer {
	var packed bytes.Buffer
	// The buffer grows, and what is written has the size that the header says.
	w := tar.NewWriter(&packed)
	_ = w.WriteHeader(&tar.Header{Name: name + ".part", Mode: 0o555, Size: int64(len(binary))})
	_, _ = w.Write(binary)
	_ = w.WriteHeader(&tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: name + ".part", Mode: 0o555})
	_ = w.Close()
	return &packed
}

// dropOlder removes the volumes of other versions that no container has: the engine refuses for the
// rest. An emulator of that version fills its own again.
func (s *Sessions) dropOlder(ctx context.Context, keep string) {
	found, err := s.client.VolumeList(ctx, make(client.Filters).Add("label", label.KindKey+"="+string(label.Program)))
	if err != nil {
		return
	}
	for _, v := range found {
		if v.Name != keep {
			_ = s.client.VolumeRemove(ctx, v.Name)
		}
	}
}
