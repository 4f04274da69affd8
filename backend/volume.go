package backend

import (
	"context"
	"io/fs"
)

// Storage keeps files that outlive a container. It is a part of [Engine].
type Storage interface {
	// EnsureVolume makes a volume, or finds the one that this owner already made under
	// that name; of a shared one, of any owner. The error text is the engine's own.
	EnsureVolume(ctx context.Context, spec VolumeSpec) error
	// Volume returns a volume by its name, of any owner. The error text is the
	// engine's own.
	Volume(ctx context.Context, name string) (Volume, error)
	// Volumes returns this owner's volumes that carry all labels, without shared ones.
	Volumes(ctx context.Context, labels map[string]string) ([]Volume, error)
	// RemoveVolume removes a volume of this owner that no container uses any more; one that
	// is shared stays. Gone is success.
	RemoveVolume(ctx context.Context, name string) error
	// Folder returns where on the engine's host a folder, or file, is, to be the Source of
	// a [Mount]. It is [ErrOutside] where a symbolic link on the way is absolute or leads
	// out.
	Folder(ctx context.Context, spec FolderSpec) (path string, err error)
}

// VolumeSpec describes a volume.
type VolumeSpec struct {
	Name string
	// Driver makes it with Options; empty is the engine's own, which keeps files on its
	// host.
	Driver  string
	Options map[string]string
	Labels  map[string]string
	// Shared keeps a volume when everything else of its owner is removed: RemoveAll and
	// Sweep leave it.
	Shared bool
}

// Volume is one on the engine.
type Volume struct {
	Name   string
	Labels map[string]string // as given in the spec; of another owner's none
	// Mountpoint is where it is on the engine's host.
	Mountpoint string
}

// FolderSpec says where a folder is.
type FolderSpec struct {
	// Source is a folder of the engine's host, or with Volume the name of a volume that is
	// there.
	Source string
	Volume bool
	// Path leads from it to the folder, with slashes.
	Path string
	// Make makes the folder, and what leads to it, with these permissions if it is not
	// there. Zero makes nothing.
	Make fs.FileMode
}
