package label

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
)

// Place is where an owner's data directory is. Labels carry it, so that another
// emulator can tell whether the directory that it sees under that path is the one.
type Place struct {
	Directory string // absolute; empty is an owner without one
	Host      string // a hash of the machine's id and name; see hostID
	Mounts    string // mount namespace; empty where there are none
}

// Here is the place of a directory for this process.
func Here(directory string) (Place, error) {
	p := Place{Host: hostID(), Mounts: mountNamespace()}
	if directory == "" {
		return p, nil
	}
	var err error
	if p.Directory, err = filepath.Abs(directory); err != nil {
		return p, err
	}
	if resolved, err := filepath.EvalSymlinks(p.Directory); err == nil {
		p.Directory = resolved // a link may lead elsewhere tomorrow
	}
	return p, nil
}

// PlaceOf is the place that a thing names.
func PlaceOf(labels map[string]string) Place {
	return Place{labels[DirectoryKey], labels[MachineKey], labels[MountsKey]}
}

// Sees reports whether a path means the same directory in both places, as far as labels
// can tell.
func (p Place) Sees(other Place) bool { return p.Host == other.Host && p.Mounts == other.Mounts }

// hostID tells this machine from others. The id of the installation alone is not enough: clones of a
// virtual machine and containers of one image share it. Neither is the host name alone. A machine that
// gets another name has another hostID, and then no owner counts as dead by mistake. It is a hash
// because the machine's id is confidential.
// Source: machine-id(5).
func hostID() string {
	name, _ := os.Hostname() // empty is as good as any name
	sum := sha256.Sum256([]byte("ecs-emulator\n" + MachineID() + "\n" + name))
	return hex.EncodeToString(sum[:8])
}

// MachineID is the id of the installation; empty is none.
// Source: machine-id(5).
func MachineID() string {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		// An image may hold an empty file, or this word, until its first start.
		if id, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(id)) != "uninitialized" {
			return strings.TrimSpace(string(id))
		}
	}
	return ""
}

// mountNamespace tells a container's file system from its host's.
// Source: namespaces(7).
func mountNamespace() string {
	name, _ := os.Readlink("/proc/self/ns/mnt") // there is none but on Linux
	return name
}

// OwnerFile is the file of a data directory that holds its owner's name.
const OwnerFile = "owner"
