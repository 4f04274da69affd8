package access

import (
	"sync"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// granted are the policies of a user or a role.
type granted struct {
	identity []policy.Source
	boundary *policy.Source
	narrowed sync.Map // of action: identity without the statements that do not have it
	actions  atomic.Int32
}

// mostNarrowed bounds the actions, which clients name where an upstream has the service.
const mostNarrowed = 1000

// narrow returns the identity policies without the statements that do not have an action.
func (g *granted) narrow(action string) []policy.Source {
	if list, found := g.narrowed.Load(action); found {
		return list.([]policy.Source)
	}
	list := policy.Narrow(g.identity, action)
	if g.actions.Add(1) <= mostNarrowed {
		g.narrowed.Store(action, list)
	}
	return list
}

// mostGranted is of how many users and roles the policies are kept.
const mostGranted = 100

// grants keep the policies of those that have called, and what they answer, until something about users, groups, roles or
// policies changes.
type grants struct {
	mu      sync.RWMutex
	marks   [4]store.Mark
	of      map[*iam.Permissions]*granted
	answers map[answerer]answers
	kept    int // of answers
}

// find returns what make does. The permissions belong to a row of the snapshot.
func (g *grants) find(tx *store.Tx, of *iam.Permissions, make func() ([]policy.Source, *policy.Source)) *granted {
	marks := [...]store.Mark{iam.Users.Mark(tx), iam.Groups.Mark(tx), iam.Roles.Mark(tx), iam.Policies.Mark(tx)}
	g.mu.RLock()
	var found *granted
	if g.marks == marks {
		found = g.of[of]
	}
	g.mu.RUnlock()
	if found != nil {
		return found
	}
	found = &granted{}
	found.identity, found.boundary = make()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.marks != marks || len(g.of) >= mostGranted || g.of == nil {
		g.marks, g.of, g.answers, g.kept = marks, map[*iam.Permissions]*granted{}, nil, 0
	}
	g.of[of] = found
	return found
}
