package sim

import (
	"maps"
	"path"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// files are what programs have written, by their paths on the host that the engine makes
// up.
type files map[string]string

func (f files) removeBelow(folder string) {
	maps.DeleteFunc(f, func(name, _ string) bool { return strings.HasPrefix(name, folder+"/") })
}

// disk is what a container sees of the files.
type disk struct {
	files
	mounts    []backend.Mount // their sources are paths
	container string          // id: what is in no mount is the container's own
}

// find returns where a path of the container is on the host: in the innermost mount.
func (d disk) find(name string) (host string, readOnly bool) {
	name = path.Join("/", name)
	in := backend.Mount{Source: containerPath(d.container), Target: "/"}
	for _, m := range d.mounts {
		if len(m.Target) >= len(in.Target) && (name == m.Target || strings.HasPrefix(name, strings.TrimSuffix(m.Target, "/")+"/")) {
			in = m
		}
	}
	return path.Join(in.Source, strings.TrimPrefix(name, in.Target)), in.ReadOnly
}

// containerPath is where a container's own files are.
func containerPath(id string) string { return "/containers/" + id }

// hiding are the mounts by which files hide what the container mounts in their places.
func (d disk) hiding(all []backend.File) (mounts []backend.Mount) {
	for _, f := range all {
		own := containerPath(d.container) + f.Path
		if host, _ := d.find(f.Path); host != own {
			mounts = append(mounts, backend.Mount{Source: own, Target: f.Path})
		}
	}
	return mounts
}

// put puts files into the container.
func (d disk) put(all []backend.File) {
	for _, f := range all {
		host, _ := d.find(f.Path)
		d.files[host] = string(f.Content)
	}
}
