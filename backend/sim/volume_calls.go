package sim

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
)

// EnsureVolume makes a volume or finds the one of that name. Of drivers there is the engine's
// own.
func (e *Engine) EnsureVolume(ctx context.Context, spec backend.VolumeSpec) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	if _, exists := e.volumes[spec.Name]; !exists {
		if d := spec.Driver; d != "" && d != "local" {
			return daemon.Errorf(nil, "create %s: error looking up volume plugin %s: plugin %q not found", spec.Name, d, d)
		}
		e.volumes[spec.Name] = volume{maps.Clone(spec.Labels), spec.Shared}
	}
	return nil
}

// Volume returns a volume by its name.
func (e *Engine) Volume(ctx context.Context, name string) (backend.Volume, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return backend.Volume{}, err
	}
	v, exists := e.volumes[name]
	if !exists {
		return backend.Volume{}, noSuchVolume(name)
	}
	return backend.Volume{Name: name, Labels: maps.Clone(v.labels), Mountpoint: volumePath(name)}, nil
}

// Volumes returns the volumes that carry all labels, by name.
func (e *Engine) Volumes(ctx context.Context, labels map[string]string) ([]backend.Volume, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return nil, err
	}
	var list []backend.Volume
	for _, name := range slices.Sorted(maps.Keys(e.volumes)) {
		if v := e.volumes[name]; !v.shared && carries(v.labels, labels) {
			list = append(list, backend.Volume{Name: name, Labels: maps.Clone(v.labels), Mountpoint: volumePath(name)})
		}
	}
	return list, nil
}

// RemoveVolume removes a volume that no container has mounted.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return err
	}
	if e.volumes[name].shared {
		return nil
	}
	for _, c := range e.containers {
		if c.spec != nil && slices.ContainsFunc(c.spec.mounts, func(m backend.Mount) bool { return m.Source == volumePath(name) }) {
			return daemon.Errorf(nil, "remove %s: volume is in use - [%s]", name, c.id)
		}
	}
	e.removeVolume(name)
	return nil
}

// Folder returns where a folder would be. One that is to be there already is: nothing fills
// a simulated file system beforehand.
func (e *Engine) Folder(ctx context.Context, spec backend.FolderSpec) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.reach(ctx); err != nil {
		return "", err
	}
	source := spec.Source
	if spec.Volume {
		if _, exists := e.volumes[source]; !exists {
			return "", noSuchVolume(source)
		}
		source = volumePath(source)
	}
	found := path.Join(source, spec.Path)
	if !strings.HasPrefix(found, source+"/") {
		return "", backend.ErrOutside
	}
	return found, nil
}
