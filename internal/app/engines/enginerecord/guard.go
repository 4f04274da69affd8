package enginerecord

import (
	"cmp"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Guard keeps the tasks of a state that are on one engine to that engine. The agent asks it
// each time that it has connected.
type Guard struct {
	book       *Book
	name, host string // of the engine, and of Docker
}

// Guard returns the guard of the engine with a name; host is where Docker is.
func (b *Book) Guard(name, host string) *Guard { return &Guard{book: b, name: name, host: host} }

// Known is what the data directory remembers, nil for nothing.
func (g *Guard) Known() *Record { return g.book.Find(g.name) }

// Admit refuses an engine that is not the one that runs the tasks. It takes note of
// the first one, of the id of one that has not answered so far, and of another address.
func (g *Guard) Admit(info backend.Info) error {
	known := g.Known()
	switch {
	case g.book.dataDir == "":
		return nil
	case known == nil, known.Kind == info.Name && known.ID == "" && info.ID != "":
		return g.Replace(info)
	case known.Kind == info.Name && (info.ID == "" || known.ID == info.ID):
		if g.name != "" && known.Host != g.host {
			return g.Replace(info)
		}
		return nil
	case known.Kind == info.Name && g.book.nameOf(info.ID) != "":
		return fmt.Errorf("the engine %s is not the one that runs the tasks of %s on %[1]s: it is %[3]s of these, so name it %[3]s",
			g.name, g.book.dataDir, g.book.nameOf(info.ID))
	case known.Kind == info.Name:
		return fmt.Errorf("the engine %s is not the one that runs the tasks of %s; it may have been wiped: "+
			"--new-engine goes on without them", Record{Name: g.name, Kind: known.Kind, Host: cmp.Or(g.host, known.Host)}, g.book.dataDir)
	default:
		return fmt.Errorf("the tasks of %s run on the engine %s, not on %s: --new-engine goes on without them", g.book.dataDir, known, info.Name)
	}
}

// Replace takes note of an engine in the place of another.
func (g *Guard) Replace(info backend.Info) error {
	return g.book.note(Record{Name: g.name, Kind: info.Name, Host: g.host, ID: info.ID})
}
