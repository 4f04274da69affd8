// Package engineroom decides on which container engine a task or an instance runs, where the emulator has
// several. It is pure but for the counts of what tasks reserve, which are rows.
//
//	room := board.View().In(tx) // nil where one engine without a name runs all
//	host, lack := room.Place(engineroom.Ask{Architecture: "arm64", CPU: 256, Memory: 512})
//
// An engine is no Availability Zone: what AWS says of zones knows nothing of it.
package engineroom

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Tag is the key of the tag by which an instance or a task names its engine, and Attribute the name of the
// attribute that says where they are. Both are the emulator's own.
const (
	Tag       = "ecs-emulator:engine"
	Attribute = "ecs-emulator.engine"
)

// Engine is a container engine as it was seen last.
type Engine struct {
	Name  string
	Ready bool // it answers
	// Architecture is x86_64 or arm64; empty: it has not told yet.
	Architecture string
	CPU, Memory  int // CPU units and MiB
}

// Architecture is what ECS and EC2 call an architecture of Go.
func Architecture(goarch string) string {
	if goarch == "amd64" {
		return "x86_64"
	}
	return goarch
}

// Board knows the engines of a run. The zero value, and a nil board, have one without a name.
type Board struct {
	// Engines returns the engines as they are now, in the order given; what it returns must not change, and is best the same slice
	// as long as they are the same. Nil: one without a name.
	Engines func() []Engine
	// Shared are the ids of the file systems that all engines mount.
	Shared []string

	last     atomic.Pointer[View] // the latest one
	mu       sync.Mutex
	onChange []func()
}

// OnChange has a function be called whenever the engines have changed; it does not wait.
func (b *Board) OnChange(do func()) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.onChange = append(b.onChange, do)
}

// Changed is to be called when an engine is ready that was not before, or tells something else of itself: tasks may wait for it.
func (b *Board) Changed() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, do := range b.onChange {
		do()
	}
}

// View is the engines at a time; nil is one without a name.
type View struct {
	engines []Engine
	byName  []int // the engines in order of their names
	shared  []string
}

// View of now. While the engines are the same it is, too.
func (b *Board) View() *View {
	if b == nil || b.Engines == nil {
		return nil
	}
	engines := b.Engines()
	if len(engines) == 0 || len(engines) == 1 && engines[0].Name == "" {
		return nil
	}
	if v := b.last.Load(); v != nil && len(v.engines) == len(engines) && &v.engines[0] == &engines[0] {
		return v
	}
	v := newView(engines, b.Shared)
	b.last.Store(v)
	return v
}

func newView(engines []Engine, shared []string) *View {
	byName := make([]int, len(engines))
	for i := range byName {
		byName[i] = i
	}
	sorting.By(byName, func(i, j int) int { return strings.Compare(engines[i].Name, engines[j].Name) })
	return &View{engines, byName, shared}
}

// Unknown says that there is no engine of a name, and which there are; empty: there is, or it does not matter.
func (v *View) Unknown(name string) string {
	if v == nil || name == "" || v.find(name) >= 0 {
		return ""
	}
	return "ecs-emulator: there is no engine " + name + " among " + list(v.engines)
}

func (v *View) find(name string) int {
	return slices.IndexFunc(v.engines, func(e Engine) bool { return e.Name == name })
}

// list names engines: a, b and c.
func list(engines []Engine) (text string) {
	for i, e := range engines {
		switch {
		case i == 0:
		case i == len(engines)-1:
			text += " and "
		default:
			text += ", "
		}
		text += e.Name
	}
	return text
}
