package enginerecord

import (
	"fmt"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Guard keeps the state's tasks to the engine that runs them. The agent asks it
// each time that it has connected.
type Guard struct {
	dataDir string // empty: state is in memory, and there is nothing to guard
	host    string // of Docker

	mu    sync.Mutex
	known *Record
}

// NewGuard returns the guard of a data directory, which is empty if the state is in memory. host
// is where Docker is, and known what the directory remembers, nil for nothing.
func NewGuard(dataDir, host string, known *Record) *Guard {
	return &Guard{dataDir: dataDir, host: host, known: known}
}

// Known is what the data directory remembers, nil for nothing.
func (g *Guard) Known() *Record {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.known
}

// Admit refuses an engine that is not the one that runs the tasks. It takes note of
// the first one, and of the id of one that has not answered so far.
func (g *Guard) Admit(info backend.Info) error {
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

// Replace takes note of an engine in the place of another.
func (g *Guard) Replace(info backend.Info) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.note(info)
}

func (g *Guard) note(info backend.Info) error {
	r := Record{Kind: info.Name, Host: g.host, ID: info.ID}
	if err := r.write(g.dataDir); err != nil {
		return fmt.Errorf("write which engine the data directory belongs to: %w", err)
	}
	g.known = &r
	return nil
}
