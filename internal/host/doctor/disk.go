package doctor

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// Disk is the room at a directory.
type Disk struct {
	// Of says what is kept there: "the engine's data", "the state".
	Of, Path string
	// Needs is how much room there has to be for one more task, and Wants for work without a second thought.
	Needs, Wants int64
	Free, Total  int64 // bytes
	// Files is how many more there may be; -1: the file system has no such number.
	Files int64
	// Unseen is why the room is not known.
	Unseen string
}

// The room that engine and emulator need and want. An image of programs has some 10 MB, a first image of a service a few
// hundred; the state grows by some KB with each change.
const (
	engineNeeds, engineWants = 128 << 20, 2 << 30
	stateNeeds, stateWants   = 16 << 20, 256 << 20
	fewFiles                 = 1000
)

// EngineDisk is where an engine has its data.
func EngineDisk(path string) Disk {
	return Disk{Of: "the engine's data", Path: path, Needs: engineNeeds, Wants: engineWants}
}

// UnseenDisk is the same of an engine on another machine than this process.
func UnseenDisk(path string) Disk {
	return Disk{Of: "the engine's data", Path: path, Unseen: "the engine's disk is not seen from here"}
}

// StateDisk is where an emulator writes.
func StateDisk(of, path string) Disk {
	return Disk{Of: of, Path: path, Needs: stateNeeds, Wants: stateWants}
}

// JudgeDisks says where there is room.
func JudgeDisks(disks []Disk) diagnosis.Check {
	v := about(diskCheck)
	for _, d := range disks {
		where := fmt.Sprintf("%s (%s)", d.Of, d.Path)
		next := "make room at " + d.Path
		switch {
		case d.Unseen != "":
			v.note("%s: room not known, %s", where, d.Unseen)
		case d.Free < d.Needs:
			v.fail(next, "%s: %s of %s are free, too few for one more task", where, size(d.Free), size(d.Total))
		case d.Files >= 0 && d.Files < fewFiles:
			v.fail(next, "%s: the file system takes only %d more files", where, d.Files)
		case d.Free < d.Wants:
			v.degrade(next, "%s: %s of %s are free: a pull or a large log fills that", where, size(d.Free), size(d.Total))
		default:
			v.note("%s: %s of %s are free", where, size(d.Free), size(d.Total))
		}
	}
	return v.check()
}

// size is a number of bytes for people: 1.5 GiB.
func size(bytes int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	n, i := float64(bytes), 0
	for n >= 1024 && i < len(units)-1 {
		n, i = n/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", bytes)
	}
	return fmt.Sprintf("%.1f %s", n, units[i])
}
