package handler

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
)

// Wait is what a create waits for.
type Wait struct {
	Policy   signal.Policy
	Received []signal.Signal
	Judge    signal.Judge
}

// Instance counts an instance of the resource as a signal if it is ready. Read calls it for each that it finds; of a resource that
// does not wait for signals it says nothing.
func (t *Turn) Instance(id string) {
	if t.Awaits() {
		t.Sees(id)
	}
}

// Sees counts an instance as a signal if it is ready, and reports whether it has just done so: then the step is taken again at once.
func (t *Turn) Sees(id string) bool {
	has := func(s signal.Signal) bool { return s.UniqueID == id }
	if t.Ready == nil || slices.ContainsFunc(t.Signals, has) || slices.Contains(t.signalled, id) || !t.Ready(id) {
		return false
	}
	t.signalled = append(t.signalled, id)
	return true
}

// Awaits is whether the action waits for signals by a policy.
func (t *Turn) Awaits() bool {
	_, waits, err := t.creationPolicy()
	return waits && err == nil
}

// creationPolicy is what a create waits for by its CreationPolicy.
func (t *Turn) creationPolicy() (p signal.Policy, waits bool, err error) {
	if t.Action != Create || t.CreationPolicy == nil || !slices.Contains(signal.Types, t.Type) {
		return p, false, nil
	}
	if p, waits, err = signal.OfCreation(t.CreationPolicy); err != nil {
		return p, false, Failed(InvalidRequest, "%s", err)
	}
	return p, waits, nil
}

// waitOf is what an action waits for, nil if it waits for no signal.
func (t *Type) waitOf(n *Turn) (*Wait, error) {
	p, waits, err := n.creationPolicy()
	switch {
	case err != nil:
		return nil, err
	case waits:
		return &Wait{Policy: p, Received: n.Signals, Judge: t.Judge}, nil
	case n.Action == Create && t.Waits != nil:
		return t.Waits(n)
	default:
		return nil, nil
	}
}

// await waits for signals, each of which wakes it, and for the resource to get stable, which it looks after.
func (t *Type) await(n *Turn, w *Wait, stable bool) (time.Duration, error) {
	n.waits = true // so it is not all calls alone that are missing, which is a guess
	judge := w.Judge
	if judge == nil {
		judge = signal.Policy.Judge
	}
	waited := n.Now.Sub(n.Began)
	verdict, why := judge(w.Policy, w.Received, waited)
	switch {
	case verdict == signal.Failed:
		return 0, &Failure{Message: why}
	case len(n.signalled) > 0:
		return AtOnce, nil
	case verdict == signal.Succeeded && stable:
		return 0, nil
	case verdict == signal.Succeeded:
		return t.lookAgain(n)
	}
	n.deadline = n.Began.Add(w.Policy.Timeout)
	if stable && !t.Launches { // a signal wakes it
		return w.Policy.Timeout - waited, nil
	}
	return min(max(waited/8, firstLook), longestLook), nil
}
