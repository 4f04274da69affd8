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

// sees says whether a path means the same directory in both places, as far as labels
// can tell.
func (p place) sees(other place) bool { return p.host == other.host && p.mounts == other.mounts }

// vantage is the place from which others' directories are looked for.
type vantage struct {
	place
	// sure says that no other place ever has the same labels: the machine has an id, and
	// this process is in its initial mount namespace, which no container is. The kernel gives
	// the number of another namespace again when that has ended, and containers
	// may share their host's name.
	sure bool
}

func vantageFrom(at place) vantage {
	return vantage{at, machineID() != "" && inInitialMounts("/proc")}
}

// initialProcesses is the kernel's name of the initial process namespace.
// Source: Linux, include/uapi/linux/nsfs.h, PID_NS_INIT_INO.
const initialProcesses = "pid:[4026531836]"

// inInitialMounts says whether this process is in the machine's initial mount namespace:
// the one of the machine's first process. Not every user may look at that one's namespace,
// but at its mounts, and no two namespaces have a mount with the same id.
// Source: proc_pid_mountinfo(5), namespaces(7).
func inInitialMounts(proc string) bool {
	processes, _ := os.Readlink(filepath.Join(proc, "self/ns/pid"))
	// One line is enough, and the same when something is mounted meanwhile.
	own, _ := os.ReadFile(filepath.Join(proc, "self/mountinfo"))
	first, _ := os.ReadFile(filepath.Join(proc, "1/mountinfo"))
	mount, _, _ := strings.Cut(string(own), "\n")
	return processes == initialProcesses && mount != "" && strings.HasPrefix(string(first), mount+"\n")
}

// hostID tells this machine from others. The id of the installation alone does not:
// clones of a virtual machine and containers of one image share it. The host name
// alone does not either. Together they differ at worst from what they were, after
// the machine got another name: then nothing is taken for dead that is not. Without an
// id nothing is; see vantage. It is a hash because the machine's id is not to be shown
// around.
// Source: machine-id(5).
func hostID() string {
	name, _ := os.Hostname() // empty is as good as any name
	sum := sha256.Sum256([]byte("ecs-emulator\n" + machineID() + "\n" + name))
	return hex.EncodeToString(sum[:8])
}

func machineID() string {
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

// residence is what an owner's data directory looks like from here.
type residence string

const (
	present  residence = "present"  // with the owner's file
	replaced residence = "replaced" // another owner has taken it over
	gone     residence = "gone"
	// unclear is a directory of another machine or file system, or perhaps of another one,
	// one that cannot be read, and one without owner file: perhaps its disk is not mounted.
	unclear residence = "unclear"
)

// residenceOf looks for an owner's directory. The owner's own file tells where it is from
// wherever it is seen; that there is none, or another one, only from where one can be sure.
func residenceOf(owner string, at place, from vantage) residence {
	if at.directory == "" || !from.sees(at) {
		return unclear
	}
	name, err := os.ReadFile(filepath.Join(at.directory, OwnerFile))
	switch {
	case err == nil && strings.TrimSpace(string(name)) == owner:
		return present
	case !from.sure:
		return unclear
	case err == nil:
		return replaced
	}
	if _, err := os.Stat(at.directory); errors.Is(err, fs.ErrNotExist) {
		return gone
	}
	return unclear
}
