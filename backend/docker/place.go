package docker

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// OwnerFile is the file of a data directory that holds its owner's name.
const OwnerFile = "owner"

// place is where an owner's data directory is. Labels carry it, so that another
// emulator can tell whether the directory that it sees under that path is the one.
type place struct {
	directory string // absolute; empty is an owner without one
	host      string // see hostID
	mounts    string // mount namespace; empty where there are none
}

// here is the place of a directory for this process.
func here(directory string) (place, error) {
	p := place{host: hostID(), mounts: mountNamespace()}
	if directory == "" {
		return p, nil
	}
	var err error
	if p.directory, err = filepath.Abs(directory); err != nil {
		return p, err
	}
	if resolved, err := filepath.EvalSymlinks(p.directory); err == nil {
		p.directory = resolved // a link may lead elsewhere tomorrow
	}
	return p, nil
}

func placeOf(labels map[string]string) place {
	return place{labels[directoryLabel], labels[machineLabel], labels[mountsLabel]}
}

// sees says whether a path means the same directory in both places.
func (p place) sees(other place) bool { return p.host == other.host && p.mounts == other.mounts }

// hostID tells this machine from others. The id of the installation alone does not:
// clones of a virtual machine and containers of one image share it. The host name
// alone does not either. Together they differ at worst from what they were, after
// the machine got another name: then nothing is taken for dead that is not. It is a
// hash because the machine's id is not to be shown around.
// Source: machine-id(5).
func hostID() string {
	name, _ := os.Hostname() // empty is as good as any name
	sum := sha256.Sum256([]byte("ecs-emulator\n" + machineID() + "\n" + name))
	return hex.EncodeToString(sum[:8])
}

func machineID() string {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if id, err := os.ReadFile(path); err == nil {
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

// residence is what an owner's data directory looks like from here.
type residence string

const (
	present  residence = "present"  // with the owner's file
	replaced residence = "replaced" // another owner has taken it over
	gone     residence = "gone"
	// unclear is a directory of another machine or file system, one that cannot be
	// read, and one without owner file: perhaps its disk is not mounted.
	unclear residence = "unclear"
)

// residenceOf looks for an owner's directory.
func residenceOf(owner string, at, from place) residence {
	if at.directory == "" || !from.sees(at) {
		return unclear
	}
	name, err := os.ReadFile(filepath.Join(at.directory, OwnerFile))
	switch {
	case err == nil && strings.TrimSpace(string(name)) == owner:
		return present
	case err == nil:
		return replaced
	}
	if _, err := os.Stat(at.directory); errors.Is(err, fs.ErrNotExist) {
		return gone
	}
	return unclear
}
