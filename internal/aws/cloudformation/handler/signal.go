package handler

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
)

// Instance counts an instance of the resource as a signal if it is ready. Read calls it for each that it finds; of a resource that
// does not wait for signals it says nothing.
func (t *Turn) Instance(id string) {
	has := func(s signal.Signal) bool { return s.UniqueID == id }
	if t.Awaits() && t.Ready != nil && !slices.ContainsFunc(t.Signals, has) && !slices.Contains(t.signalled, id) && t.Ready(id) {
		t.signalled = append(t.signalled, id)
	}
}

// Awaits is whether the action waits for signals.
func (t *Turn) Awaits() bool {
	_, waits, err := waitsFor(t)
	return waits && err == nil
}

// waitsFor is what a create waits for by its CreationPolicy.
func waitsFor(t *Turn) (p signal.Policy, waits bool, err error) {
	if t.Action != Create || t.CreationPolicy == nil || !slices.Contains(signal.Types, t.Type) {
		return p, false, nil
	}
	p, waits, err = signal.OfCreation(t.CreationPolicy)
	if err != nil {
		return p, false, Failed(InvalidRequest, "%s", err)
	}
	return p, waits, nil
}

// await waits for signals, each of which wakes it, and for the resource to get stable, which it looks after.
func (t *Type) await(n *Turn, p signal.Policy, stable bool) (time.Duration, error) {
	judge := t.Judge
	if judge == nil {
		judge = signal.Policy.Judge
	}
	waited := n.Now.Sub(n.Began)
	verdict, why := judge(p, n.Signals, waited)
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
	n.deadline = n.Began.Add(p.Timeout)
	if stable && !t.Launches { // a signal wakes it
		return p.Timeout - waited, nil
	}
	return min(max(waited/8, firstLook), longestLook), nil
}
