package engineroom

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Ask is what a task or an instance asks of an engine.
type Ask struct {
	Engine       string // that its tag names; empty: any
	Architecture string // x86_64 or arm64; empty: any
	CPU, Memory  int    // that it reserves: CPU units and MiB
	FileSystems  []string

	home string // the file system that has it ask for the engine; empty: none does
}

// Lack is why there is no engine now.
type Lack struct {
	Reason string
	// Waits: there may be one later, when an engine answers again.
	Waits bool
}

// Room is the engines with what is reserved of them. It is for one transaction: what it places it takes. A nil room is one
// engine without a name, which has room for all.
type Room struct {
	tx    *store.Tx
	view  *View
	loads []Load // in the order of engines; nil: not counted yet
	// instances counts what instances have of each engine; nil: the room is for tasks.
	instances func(engine string) Load
	// homes are the engines of file systems that tasks mount for the first time; they are not rows before these are.
	homes map[string]string
}

// In is the room for tasks as a transaction sees it. It costs one walk through the counts of the engines.
func (v *View) In(tx *store.Tx) *Room {
	if v == nil {
		return nil
	}
	return &Room{tx: tx, view: v}
}

// ForInstances is the room for instances. They take what they have of an engine whether tasks run on them or not: ten that are
// launched at once would all be on one engine else.
func (v *View) ForInstances(tx *store.Tx, instances func(engine string) Load) *Room {
	r := v.In(tx)
	if r != nil {
		r.instances = instances
	}
	return r
}

// Place chooses an engine for a task and takes what it asks for. An engine is never refused for lack of room.
func (r *Room) Place(a Ask) (engine string, lack *Lack) {
	if r == nil {
		return "", nil
	}
	if lack := r.lacks(&a); lack != nil {
		return "", lack
	}
	i := choose(r.view.engines, r.counted(), a.load(), func(e *Engine) bool { return e.Ready && a.suits(e) })
	if i < 0 {
		return "", r.away(a)
	}
	r.loads[i].add(a.load(), 1)
	engine = r.view.engines[i].Name
	for _, id := range a.FileSystems {
		if r.homes == nil {
			r.homes = map[string]string{}
		}
		r.homes[id] = engine
	}
	return engine, nil
}

// PlaceInstance chooses an engine for an instance. If none that suits answers, the instance waits on one that may come back.
func (r *Room) PlaceInstance(a Ask) (engine string, lack *Lack) {
	if engine, lack = r.Place(a); lack == nil || !lack.Waits {
		return engine, lack
	}
	i := choose(r.view.engines, r.counted(), a.load(), a.suits)
	r.loads[i].add(a.load(), 1)
	return r.view.engines[i].Name, nil
}

// Refuses is why a task can have no place at all, whether it is on Fargate or on a container instance; empty: it can.
func (r *Room) Refuses(a Ask) string {
	if r == nil {
		return ""
	}
	if lack := r.lacks(&a); lack != nil {
		return lack.Reason
	}
	return ""
}

// Demands are the engines on which the instance of a task must be: the one that its tag names, and the ones that its file systems are on. No
// instance is on two.
func (r *Room) Demands(a Ask) (engines []string) {
	if r == nil {
		return nil
	}
	if a.Engine != "" {
		engines = append(engines, a.Engine)
	}
	for _, id := range a.FileSystems {
		if home := r.homeOf(id); home != "" && !slices.Contains(engines, home) {
			engines = append(engines, home)
		}
	}
	return engines
}

// Separate are the file systems that each engine has for itself.
func (r *Room) Separate(ids []string) []string {
	if r == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(r.view.shared, id) })
}

// lacks is what keeps the task from any engine for good. It has the task name the engine that has its file systems.
func (r *Room) lacks(a *Ask) *Lack {
	if unknown := r.view.Unknown(a.Engine); unknown != "" {
		return &Lack{Reason: unknown}
	}
	for _, id := range a.FileSystems {
		home := r.homeOf(id)
		switch {
		case home == "" || home == a.Engine:
		case a.Engine == "":
			a.Engine, a.home = home, id
		case a.home != "":
			return &Lack{Reason: fmt.Sprintf("ecs-emulator: the file systems %s and %s are on the engines %s and %s, and no --shared-file-system says that both mount them", a.home, id, a.Engine, home)}
		default:
			return &Lack{Reason: fmt.Sprintf("ecs-emulator: the file system %s is on the engine %s, and no --shared-file-system says that %s mounts the same", id, home, a.Engine)}
		}
	}
	for i := range r.view.engines {
		if a.suits(&r.view.engines[i]) {
			return nil
		}
	}
	return r.away(*a)
}

// away is what keeps a task waiting if no engine answers that suits, or that none does.
func (r *Room) away(a Ask) *Lack {
	var suit []Engine
	for i := range r.view.engines {
		if e := &r.view.engines[i]; a.suits(e) {
			suit = append(suit, *e)
		}
	}
	switch {
	case len(suit) == 1 && a.home != "":
		return &Lack{Reason: fmt.Sprintf("ecs-emulator: the engine %s does not answer, and no --shared-file-system says that others mount its file system %s", suit[0].Name, a.home), Waits: true}
	case len(suit) == 1:
		return &Lack{Reason: fmt.Sprintf("ecs-emulator: the engine %s does not answer", suit[0].Name), Waits: true}
	case len(suit) > 1:
		return &Lack{Reason: fmt.Sprintf("ecs-emulator: the engines %s do not answer", list(suit)), Waits: true}
	case a.Engine != "":
		has := r.view.engines[r.view.find(a.Engine)].Architecture
		return &Lack{Reason: fmt.Sprintf("ecs-emulator: the engine %s has the architecture %s, not %s", a.Engine, has, a.Architecture)}
	}
	return &Lack{Reason: "ecs-emulator: no engine has the architecture " + a.Architecture}
}

// suits reports whether the task may be on an engine, if that answers. One that has not told its architecture may have any.
func (a *Ask) suits(e *Engine) bool {
	return (a.Engine == "" || a.Engine == e.Name) && (a.Architecture == "" || e.Architecture == "" || a.Architecture == e.Architecture)
}

func (a *Ask) load() Load { return Load{1, a.CPU, a.Memory} }

func (r *Room) counted() []Load {
	if r.loads != nil {
		return r.loads
	}
	r.loads = make([]Load, len(r.view.engines))
	for i, u := range r.view.usages(r.tx) {
		r.loads[i].add(u.Fargate, 1)
		if r.instances == nil {
			r.loads[i].add(u.OnInstances, 1)
		}
	}
	if r.instances != nil {
		for i, e := range r.view.engines {
			r.loads[i].add(r.instances(e.Name), 1)
		}
	}
	return r.loads
}

// homeOf is the engine on which a file system is; empty: on none yet, on all, or on one that is not there any more.
func (r *Room) homeOf(id string) string {
	if slices.Contains(r.view.shared, id) {
		return ""
	}
	home := r.homes[id]
	if f := fileSystems.Get(r.tx, id); f != nil {
		home = cmp.Or(home, f.Engine)
	}
	if r.view.find(home) < 0 {
		return ""
	}
	return home
}
