package owner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// vantage is the place from which this process looks for the directories of others.
type vantage struct {
	label.Place
	// sure: no other place ever has the same labels, since the machine has an id, and
	// this process is in its initial mount namespace, which no container is. The kernel gives
	// the number of another namespace again when that has ended, and containers
	// may share their host's name.
	sure bool
}

func vantageFrom(at label.Place) vantage {
	return vantage{at, label.MachineID() != "" && inInitialMounts("/proc")}
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

// dirState is what an owner's data directory looks like from here.
type dirState string

const (
	present  dirState = "present"  // with the owner's file
	replaced dirState = "replaced" // another owner has taken it over
	gone     dirState = "gone"
	// unclear is a directory of another machine or file system, or perhaps of another one,
	// one that cannot be read, and one without owner file: perhaps its disk is not mounted.
	unclear dirState = "unclear"
)

// dirStateOf looks for an owner's directory. The owner's file proves the directory wherever it is
// seen; its absence, or another owner's file, proves something only from a place that is sure.
func dirStateOf(owner string, at label.Place, from vantage) dirState {
	if at.Directory == "" || !from.Sees(at) {
		return unclear
	}
	name, err := os.ReadFile(filepath.Join(at.Directory, label.OwnerFile))
	switch {
	case err == nil && strings.TrimSpace(string(name)) == owner:
		return present
	case !from.sure:
		return unclear
	case err == nil:
		return replaced
	}
	if _, err := os.Stat(at.Directory); errors.Is(err, fs.ErrNotExist) {
		return gone
	}
	return unclear
}
