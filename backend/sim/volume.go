package sim

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim/internal/daemon"
)

// volume is what the engine keeps of a VolumeSpec.
type volume struct {
	labels map[string]string
	shared bool
}

func noSuchVolume(name string) error {
	return daemon.NotFoundf(backend.KindVolume, "get %s: no such volume", name)
}

func (e *Engine) removeVolume(name string) {
	delete(e.volumes, name)
	e.files.removeBelow(volumePath(name))
}

// volumePath is where a volume is on the host that the engine makes up.
func volumePath(name string) string { return "/volumes/" + name }

// mounts are the mounts of a new container, with paths as their sources.
func (e *Engine) mounts(spec backend.ContainerSpec) ([]backend.Mount, error) {
	mounts := slices.Clone(spec.Mounts)
	for i := range mounts {
		if m := &mounts[i]; m.Volume {
			if _, exists := e.volumes[m.Source]; !exists {
				return nil, noSuchVolume(m.Source)
			}
			m.Source = volumePath(m.Source)
		}
	}
	for _, from := range spec.VolumesFrom {
		name, mode, _ := strings.Cut(from, ":")
		c := e.names[name]
		if c == nil || c.spec == nil {
			return nil, noSuchContainer(name)
		}
		for _, m := range c.spec.mounts {
			m.ReadOnly = m.ReadOnly || mode == "ro"
			mounts = append(mounts, m)
		}
	}
	return mounts, nil
}
