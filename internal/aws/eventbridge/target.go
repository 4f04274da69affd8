package eventbridge

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	targets       = store.NewTable("eventbridge-target", func(t *Target) string { return targetKey(t.Scope, t.Bus, t.Rule, *t.Target.Id) })
	targetsByARNs = targets.Index(func(t *Target) string { return BusARN(t.Scope, t.Bus) + "|" + *t.Target.Arn })
)

// Target is a target of a rule. Handlers write it.
type Target struct {
	Scope     arn.Scope
	Bus, Rule string // names
	Target    types.Target
}

func targetKey(s arn.Scope, bus, rule, id string) string { return ruleKey(s, bus, rule) + "|" + id }

// FindTarget returns a target of a rule by its id, or nil.
func FindTarget(tx *store.Tx, r *Rule, id string) *Target {
	return targets.Get(tx, targetKey(r.Scope, r.Bus, r.Name, id))
}

// Targets returns the targets of a rule, in order of their ids.
func Targets(tx *store.Tx, r *Rule) []*Target {
	return targets.List(tx, targetKey(r.Scope, r.Bus, r.Name, ""))
}

// TargetsWithARN returns the targets of a bus's rules that have an ARN.
func TargetsWithARN(tx *store.Tx, s arn.Scope, bus, targetARN string) []*Target {
	return targetsByARNs.List(tx, BusARN(s, bus)+"|"+targetARN)
}

func PutTarget(tx *store.Tx, t *Target) {
	targets.Put(tx, t)
	changed(tx, t.Scope, t.Bus)
}

func DeleteTarget(tx *store.Tx, t *Target) {
	targets.Delete(tx, t)
	changed(tx, t.Scope, t.Bus)
}
