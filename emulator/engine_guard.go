package emulator

import (
	"fmt"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// engineGuard keeps the state's tasks to the engine that runs them. The agent asks it
// each time that it has connected.
type engineGuard struct {
	dataDir string // empty: state is in memory, and there is nothing to guard
	host    string // of Docker

	mu    sync.Mutex
	known *engineRecord
}

// admit refuses an engine that is not the one that runs the tasks. It takes note of
// the first one, and of the id of one that has not answered so far.
func (g *engineGuard) admit(info backend.Info) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	known := g.known
	switch {
	case g.dataDir == "":
		return nil
	case known == nil, known.Kind == info.Name && known.ID == "" && info.ID != "":
		return g.note(info)
	case known.Kind == info.Name && (info.ID == "" || known.ID == info.ID):
		return nil
	case known.Kind == info.Name:
		return fmt.Errorf("the engine %s is not the one that runs the tasks of %s; it may have been wiped: "+
			"--new-engine goes on without them", known, g.dataDir)
	default:
		return fmt.Errorf("the tasks of %s run on the engine %s, not on %s: --new-engine goes on without them", g.dataDir, known, info.Name)
	}
}

// replace takes note of an engine in the place of another.
func (g *engineGuard) replace(info backend.Info) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.note(info)
}

func (g *engineGuard) note(info backend.Info) error {
	r := engineRecord{Kind: info.Name, Host: g.host, ID: info.ID}
	if err := r.write(g.dataDir); err != nil {
		return fmt.Errorf("write which engine the data directory belongs to: %w", err)
	}
	g.known = &r
	return nil
}
