package agent

import (
	"cmp"
	"time"
)

// sharedPort is a port of this host that the running tasks of one service have in turn.
// hostPorts own it. Its listener is opened for the first of them and closed after the last:
// in between only what it leads to changes, so that connections are accepted throughout.
type sharedPort struct {
	*port
	key    portKey
	group  string           // whose tasks these are
	has    string           // the task that it leads to
	claims map[string]claim // by task
}

// claim is the right of a running task to a shared port, when its turn has come.
type claim struct {
	tenant
	leads target
}

// tenant is a running task whose ports are open.
type tenant struct {
	task      string // ARN
	service   string // ARN; empty for a task of none
	startedAt time.Time
	leaving   bool // it has been told to stop, or stops by itself
}

// group are those among whom a port goes from one to the next. A task of no service has
// nobody to leave it to.
func (t tenant) group() string { return cmp.Or(t.service, t.task) }

// successor is the claim that has a shared port. Who has it keeps it until it leaves; then
// it is that of the task which has been running for the longest. A task that leaves has it
// only while all others do.
func successor(has string, claims map[string]claim) (next claim, found bool) {
	for _, c := range claims {
		if !found || before(has, c, next) {
			next, found = c, true
		}
	}
	return next, found
}

// before reports whether a goes before b.
func before(has string, a, b claim) bool {
	switch {
	case a.leaving != b.leaving:
		return b.leaving
	case a.task == has || b.task == has:
		return a.task == has
	default:
		return cmp.Or(a.startedAt.Compare(b.startedAt), cmp.Compare(a.task, b.task)) < 0
	}
}

// settled reports whether nothing can have changed: who has it stays.
func (s *sharedPort) settled() bool {
	c, there := s.claims[s.has]
	return there && !c.leaving
}
