package docker

import (
	"context"
	"fmt"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// EnsureVolume implements backend.Engine.
func (e *Engine) EnsureVolume(ctx context.Context, spec backend.VolumeSpec) error {
	if err := e.heartbeat.Ensure(ctx); err != nil {
		return dockerapi.Classify(err)
	}
	of := label.Volume
	if spec.Shared {
		of = label.SharedVolume
		if _, err := e.Volume(ctx, spec.Name); !backend.Missing(err, backend.KindVolume) {
			return err // also one with another driver
		}
	}
	made, err := e.client.VolumeCreate(ctx, client.VolumeCreateOptions{
		Name: spec.Name, Driver: spec.Driver, DriverOpts: spec.Options, Labels: e.owner.Labels(of, spec.Labels),
	})
	switch {
	case err != nil:
		return dockerapi.Classify(err)
	case !spec.Shared && made.Volume.Labels[label.OwnerKey] != e.owner.Name: // the engine has returned what there was
		return fmt.Errorf("volume %s belongs to another owner", spec.Name)
	}
	return nil
}

// Volume implements backend.Engine.
func (e *Engine) Volume(ctx context.Context, name string) (backend.Volume, error) {
	found, err := e.inspectVolume(ctx, name)
	if err != nil {
		return backend.Volume{}, err
	}
	return e.volumeOf(found), nil
}

// inspectVolume inspects a volume. Its error says that the volume is missing, which the engine's words
// do not always say.
func (e *Engine) inspectVolume(ctx context.Context, name string) (volume.Volume, error) {
	found, err := e.client.VolumeInspect(ctx, name)
	if cerrdefs.IsNotFound(err) {
		return found, &backend.NotFoundError{Kind: backend.KindVolume, Err: err}
	}
	return found, dockerapi.Classify(err)
}

func (e *Engine) volumeOf(found volume.Volume) backend.Volume {
	v := backend.Volume{Name: found.Name, Mountpoint: found.Mountpoint}
	if found.Labels[label.OwnerKey] == e.owner.Name {
		v.Labels = label.SpecLabels(found.Labels)
	}
	return v
}

// Volumes implements backend.Engine.
func (e *Engine) Volumes(ctx context.Context, labels map[string]string) ([]backend.Volume, error) {
	which := e.owner.Filter(labels)
	which.Add("label", label.KindKey+"="+string(label.Volume))
	found, err := e.client.VolumeList(ctx, which)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	list := make([]backend.Volume, 0, len(found))
	for _, v := range found {
		list = append(list, e.volumeOf(v))
	}
	sorting.By(list, func(a, b backend.Volume) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// RemoveVolume implements backend.Engine. A volume of that name which is not the
// owner's stays: for the owner there is none.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	found, err := e.client.VolumeInspect(ctx, name)
	if err == nil && found.Labels[label.OwnerKey] == e.owner.Name && found.Labels[label.KindKey] != string(label.SharedVolume) {
		err = e.client.VolumeRemove(ctx, name)
	}
	if cerrdefs.IsNotFound(err) {
		return nil
	}
	return dockerapi.Classify(err)
}
