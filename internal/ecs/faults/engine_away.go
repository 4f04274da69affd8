package faults

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
)

// Engine is what stands before an engine that runs containers.
type Engine struct {
	Name string // empty: there is one, without a name
	*fault.Engine
}

// checkEngine refuses the name of an engine that there is not.
func (k *Kit) checkEngine(name string) error {
	if name == "" || slices.ContainsFunc(k.Engines, func(e Engine) bool { return e.Name == name }) {
		return nil
	}
	var there []string
	for _, e := range k.Engines {
		there = append(there, e.Name)
	}
	if slices.Equal(there, []string{""}) {
		return fmt.Errorf(`"engine" is unknown: %s; there is one engine, which has no name`, name)
	}
	return fmt.Errorf(`"engine" is unknown: %s; there are %s`, name, strings.Join(there, ", "))
}

// on are the engines that a fault takes away.
func (k *Kit) on(f Fault) (list []Engine) {
	for _, e := range k.Engines {
		if f.Engine == "" || f.Engine == e.Name {
			list = append(list, e)
		}
	}
	return list
}

// leaveEngines begins a fault of engines, all of them or none.
func (k *Kit) leaveEngines(h *held) error {
	for _, other := range k.faults {
		if other.began && (other.Kind == EngineAway || other.Kind == EngineDown) {
			if both := overlap(k.on(other.Fault), k.on(h.Fault)); both != nil {
				return errors.New(strings.TrimSpace("the engine "+both.Name) + " is away already")
			}
		}
	}
	reason := cmp.Or(h.Error, "fault injected by ecs-emulator")
	for i, e := range k.on(h.Fault) {
		if h.Kind == EngineAway {
			e.Leave(reason)
			continue
		}
		if err := e.PowerOff(reason); err != nil {
			for _, off := range k.on(h.Fault)[:i] {
				off.Return()
			}
			return err
		}
	}
	return nil
}

// overlap is an engine that is in both lists, or nil.
func overlap(some, others []Engine) *Engine {
	at := slices.IndexFunc(some, func(e Engine) bool { return slices.Contains(others, e) })
	if at < 0 {
		return nil
	}
	return &some[at]
}

func (k *Kit) returnEngines(h *held) {
	for _, e := range k.on(h.Fault) {
		e.Return()
	}
}

func (k *Kit) hitEngine(h *held) { k.acted(h, h.Engine) }
