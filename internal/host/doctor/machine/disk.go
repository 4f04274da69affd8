package machine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

// Room adds how much room there is at the directory of a disk, or, if there is none yet, where it would be made.
func Room(d doctor.Disk) doctor.Disk {
	at, err := filepath.Abs(d.Path)
	if err != nil {
		d.Unseen = err.Error()
		return d
	}
	for {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) || filepath.Dir(at) == at {
			break
		}
		at = filepath.Dir(at)
	}
	if d.Free, d.Total, d.Files, err = room(at); err != nil {
		d.Unseen = err.Error()
	}
	return d
}
