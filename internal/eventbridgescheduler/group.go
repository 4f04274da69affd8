package eventbridgescheduler

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// DefaultGroup is the name of the schedule group that each account has in each region.
const DefaultGroup = "default"

var groups = store.NewTable("scheduler-group", func(g *Group) string { return g.ARN() })

// Group is a schedule group. Handlers write it. The default group needs no row.
type Group struct {
	Scope                 arn.Scope
	Name                  string
	Tags                  []types.Tag
	CreatedAt, ModifiedAt time.Time
}

// ARN of the group.
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

// PutGroup writes a group.
func PutGroup(tx *store.Tx, g *Group) { groups.Put(tx, g) }

// DeleteGroup removes a group with its schedules.
func DeleteGroup(tx *store.Tx, g *Group) {
	for _, s := range Schedules(tx, g.Scope, g.Name+"/") {
		DeleteSchedule(tx, s)
	}
	groups.Delete(tx, g)
}
