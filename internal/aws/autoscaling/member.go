package autoscaling

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	// Members are the instances of groups, by their ids.
	Members = store.NewScoped("autoscaling-member", memberKey, func(m *Member) string { return m.groupKey() + "\x00" + m.InstanceID })
	// membersByInstance finds the group of an instance.
	membersByInstance = Members.Index(func(m *Member) string { return scopeKey(m.Scope) + m.InstanceID })
)

// Member is an instance of a group, from its launch until it is terminated.
type Member struct {
	// The controller writes these, when it launches the instance.
	Scope               arn.Scope
	Group, InstanceID   string
	Zone, Subnet, Type  string
	LaunchedAt          time.Time
	LaunchTemplate      *types.LaunchTemplateSpecification // with the version that it had
	LaunchConfiguration string
	// State, since when it is that, Activity, the one that is in progress, and Lost, that EC2
	// says that it does not run, are the controller's, too.
	State    types.LifecycleState
	StateAt  time.Time // zero in rows from before there were lifecycle hooks
	Activity string
	Lost     bool
	// Actions are what it waits for, in Pending:Wait or Terminating:Wait: one of each hook.
	Actions []LifecycleAction

	// Handlers write these.
	Protected bool // from scale in; the controller sets what its group says at launch
	Unhealthy bool // a call said so
	// Termination is the activity of a request to terminate it, or empty.
	Termination string
}

// Healthy reports whether no call said that it is not.
func (m *Member) Healthy() bool { return !m.Lost && !m.Unhealthy }

func (m *Member) groupKey() string { return GroupKey(m.Scope, m.Group) }

func memberKey(g *Group, instanceID string) string { return g.Key() + "\x00" + instanceID }

// FindMember returns what an instance is to its group, or nil.
func FindMember(tx *store.Tx, s arn.Scope, instanceID string) *Member {
	for _, m := range membersByInstance.List(tx, scopeKey(s)+instanceID) {
		return m
	}
	return nil
}

// AllMembers returns the instances of all groups of an account and region.
func AllMembers(tx *store.Tx, s arn.Scope) []*Member { return Members.Table.List(tx, scopeKey(s)) }

// Watched are the tables that a controller of groups looks at; it wakes with keys of groups.
func Watched() []store.Source {
	return []store.Source{
		store.OnKeys(groups),
		store.On(Members.Table, func(before, after *Member) []string {
			return []string{cmp.Or(after, before).groupKey()}
		}),
	}
}
