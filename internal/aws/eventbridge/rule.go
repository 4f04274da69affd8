package eventbridge

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var rules = store.NewTable("eventbridge-rule", func(r *Rule) string { return ruleKey(r.Scope, r.Bus, r.Name) })

// Rule selects events of a bus, or makes some by a schedule. Handlers write it, but for LastDue.
type Rule struct {
	Scope              arn.Scope
	Bus, Name          string
	Description        *string
	EventPattern       string // empty: it has none
	ScheduleExpression string // empty: it has none
	// EmptyPattern and EmptySchedule tell that the rule was put with an empty one, which is shown.
	EmptyPattern, EmptySchedule bool

	State     types.RuleState
	RoleARN   *string
	CreatedBy string
	Tags      []types.Tag

	// Since is the number of the newest event of the outbox when the rule was put or enabled: it gets later ones only.
	Since uint64
	// Anchor is what the times of a rate count from.
	Anchor time.Time
	// LastDue is the newest due time that was acted on, or the zero time. The timetable writes it.
	LastDue time.Time
}

func (r *Rule) ARN() string { return RuleARN(r.Scope, r.Bus, r.Name) }

// RuleARN is the ARN of the rule of a bus with a name.
func RuleARN(s arn.Scope, bus, name string) string {
	if bus == DefaultBus {
		return prefix(s) + "rule/" + name
	}
	return prefix(s) + "rule/" + bus + "/" + name
}

func (r *Rule) Enabled() bool { return r.State != types.RuleStateDisabled }

// ruleKey sorts rules by bus and name. No name has the separator.
func ruleKey(s arn.Scope, bus, name string) string { return BusARN(s, bus) + "|" + name }

// FindRule returns a rule of a bus by its name, or nil.
func FindRule(tx *store.Tx, s arn.Scope, bus, name string) *Rule {
	return rules.Get(tx, ruleKey(s, bus, name))
}

// Rules returns the rules of a bus whose names begin with a text, in order of their names.
func Rules(tx *store.Tx, s arn.Scope, bus, namePrefix string) []*Rule {
	return rules.List(tx, ruleKey(s, bus, namePrefix))
}

func PutRule(tx *store.Tx, r *Rule) {
	rules.Put(tx, r)
	changed(tx, r.Scope, r.Bus)
}

// SetLastDue writes that a rule was due at a time, which compiled rules need not know.
func SetLastDue(tx *store.Tx, r *Rule, due time.Time) {
	next := *r
	next.LastDue = due
	rules.Put(tx, &next)
}

// DeleteRule removes a rule, which has no targets any more.
func DeleteRule(tx *store.Tx, r *Rule) {
	rules.Delete(tx, r)
	changed(tx, r.Scope, r.Bus)
}

func AllRules(tx *store.Tx) []*Rule { return rules.List(tx, "") }

// OnRules wakes a watch with the key of each rule that is new, has changed or is gone, those that were due included.
func OnRules() store.Source { return store.OnKeys(rules) }

// RuleByKey returns a rule by its key, or nil.
func RuleByKey(tx *store.Tx, key string) *Rule { return rules.Get(tx, key) }

// Key of the rule, with which watches are woken.
func (r *Rule) Key() string { return ruleKey(r.Scope, r.Bus, r.Name) }
