package eventbridge

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Tagged are the event buses and rules with tags.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{
		tagging.Of("events:event-bus", eventbridge.Buses.List, func(b *eventbridge.Bus) (string, []tagging.Tag) {
			return b.ARN(), tagging.List(b.Tags, pair)
		}),
		tagging.Of("events:rule", allRules, func(r *eventbridge.Rule) (string, []tagging.Tag) { return r.ARN(), tagging.List(r.Tags, pair) }),
	}
}

// allRules are the rules of all buses of an account and Region; a bus with a rule has a row.
func allRules(tx *store.Tx, scope arn.Scope) (all []*eventbridge.Rule) {
	for _, b := range eventbridge.Buses.List(tx, scope) {
		all = append(all, eventbridge.Rules(tx, scope, b.Name, "")...)
	}
	return all
}
