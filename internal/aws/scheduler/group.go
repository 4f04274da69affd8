package scheduler

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DefaultGroup is the name of the schedule group that each account has in each region.
const DefaultGroup = "default"

var (
	groups     = store.NewTable("scheduler-group", func(g *Group) string { return g.ARN() })
	goneGroups = groups.Ages(func(g *Group) time.Time { return g.GoneAt })
)

// Group is a schedule group. Handlers write it. The default group needs no row.
type Group struct {
	Scope                 arn.Scope
	Name                  string
	Tags                  []types.Tag
	CreatedAt, ModifiedAt time.Time
	// GoneAt is when one that is being deleted is gone; the zero time if it is not being deleted.
	GoneAt time.Time
}

// Gone reports whether the group has been deleted at a time.
func (g *Group) Gone(now time.Time) bool { return !g.GoneAt.IsZero() && !now.Before(g.GoneAt) }

func (g *Group) ARN() string { return prefix(g.Scope) + "schedule-group/" + g.Name }

// FindGroup returns a group by its name, or nil.
func FindGroup(tx *store.Tx, s arn.Scope, name string) *Group {
	g := groups.Get(tx, prefix(s)+"schedule-group/"+name)
	if g == nil && name == DefaultGroup {
		return &Group{Scope: s, Name: DefaultGroup}
	}
	return g
}

// Groups returns the groups of a scope that have a row, in order of their names.
func Groups(tx *store.Tx, s arn.Scope) []*Group { return groups.List(tx, prefix(s)+"schedule-group/") }

func PutGroup(tx *store.Tx, g *Group) { groups.Put(tx, g) }

// DeleteGroup removes a group with its schedules.
func DeleteGroup(tx *store.Tx, g *Group) {
	for _, s := range Schedules.Starting(tx, g.Scope, g.Name+"/") {
		Schedules.Delete(tx, s)
	}
	groups.Delete(tx, g)
}

// ForgetGroups removes groups that have been deleted at a time.
func ForgetGroups(tx *store.Tx, now time.Time) { goneGroups.Forget(tx, now) }
