package endpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// occupant is the emulator that has a data directory open, as a file there tells others. The file stays when that one ends: it is
// read only while the state is locked.
type occupant struct {
	PID      int    `json:"pid"`
	Endpoint string `json:"endpoint,omitempty"` // empty: it has no port
}

func occupantPath(dataDir string) string { return filepath.Join(dataDir, "emulator.json") }

func (o occupant) write(dataDir string) error {
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return os.WriteFile(occupantPath(dataDir), append(body, '\n'), 0o600)
}

// Occupy says in a data directory which emulator has it. The address is empty if there is no port.
func Occupy(dataDir, address string) error {
	return occupant{os.Getpid(), address}.write(dataDir)
}

// ExplainInUse adds to the error about a state that another emulator has open which one that is, and what to do.
func ExplainInUse(err error, dataDir string) error {
	if !errors.Is(err, store.ErrInUse) {
		return err
	}
	var o occupant
	body, unread := os.ReadFile(occupantPath(dataDir))
	if unread == nil {
		unread = json.Unmarshal(body, &o)
	}
	who := ""
	if unread == nil && o.PID > 0 {
		who = fmt.Sprintf("; the last one that began with it is process %d", o.PID)
		if o.Endpoint != "" {
			who += " at " + activity.OneLine(o.Endpoint)
		}
	}
	return fmt.Errorf("%w%s: end it, or give another --data-dir", err, who)
}
