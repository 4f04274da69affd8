package check

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	rows "github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// groupARN has the id and the name of an Auto Scaling group.
var groupARN = lazyregexp.New(`^arn:[^:]+:autoscaling:[^:]*:[^:]*:autoScalingGroup:([^:]*):autoScalingGroupName/(.+)$`)

// groupOf is the Auto Scaling group to which a name or ARN leads, in the scope where requests are made;
// nil if there can be none.
func groupOf(ref string) *autoscaling.Group {
	if parts := groupARN.FindStringSubmatch(ref); parts != nil {
		return &autoscaling.Group{Scope: scope, ID: parts[1], Name: parts[2]}
	}
	if ref == "" || arn.Is(ref) {
		return nil
	}
	return &autoscaling.Group{Scope: scope, Name: ref}
}

// referToProviders has what leads to capacity providers and groups of other accounts and regions lead
// to those of the scope.
func (r *request) referToProviders() {
	for _, provider := range r.input.list("capacityProviders") {
		if a, ok := arn.Parse(provider.text); ok && a.Service == "ecs" && a.Type == "capacity-provider" {
			provider.text = arn.Name(provider.text)
		}
	}
	group := r.input.member("autoScalingGroupProvider").member("autoScalingGroupArn")
	if group == nil || group.kind != text || !arn.Is(group.text) {
		return
	}
	if g := groupOf(group.text); g != nil {
		group.text = g.ARN()
	}
}

// worldOf has what a request refers to that starts no tasks.
func (r *request) worldOf(without leftOut) world {
	w := world{cluster: r.clusterName(without)}
	var in struct {
		Name, CapacityProvider   string
		CapacityProviders        []string
		AutoScalingGroupProvider struct{ AutoScalingGroupArn string }
	}
	if err := wire.Unmarshal(r.input.appendJSON(nil, without), &in); err != nil {
		return w // the API tells
	}
	switch r.operation {
	case "CreateCapacityProvider":
		if g := groupOf(in.AutoScalingGroupProvider.AutoScalingGroupArn); g != nil {
			g.Protected = !r.unprotected
			w.groups = append(w.groups, g)
		}
	case "UpdateCapacityProvider":
		w.providers = ofGroups(arn.Name(in.Name))
	case "DeleteCapacityProvider":
		w.providers = ofGroups(arn.Name(in.CapacityProvider))
	default:
		w.providers = ofGroups(in.CapacityProviders...)
	}
	return w
}

// ofGroups are the names that capacity providers of Auto Scaling groups can have, each once.
func ofGroups(names ...string) []string {
	return union(nil, filter(names, capacityprovider.IsName))
}

// providersIn are the names of the capacity providers of Auto Scaling groups in strategies.
func providersIn(strategies ...[]types.CapacityProviderStrategyItem) []string {
	var names []string
	for _, item := range slices.Concat(strategies...) {
		names = append(names, arn.Name(aws.ToString(item.CapacityProvider)))
	}
	return ofGroups(names...)
}

// writeProviders makes the capacity providers, with managed scaling, so that tasks wait for instances.
// Their groups are protected, as managed termination protection wants it.
func (w world) writeProviders(tx *store.Tx, now time.Time) {
	groups := w.groups
	for _, name := range w.providers {
		g := &autoscaling.Group{Scope: scope, Name: name, Protected: true}
		groups = append(groups, g)
		rows.Providers.Put(tx, &rows.Provider{
			ARN: scope.CapacityProvider(name), Name: name, Type: types.CapacityProviderTypeEc2Autoscaling,
			Status: types.CapacityProviderStatusActive, CreatedAt: now, GroupARN: g.ARN(), Group: name,
			ManagedScaling: types.ManagedScaling{Status: types.ManagedScalingStatusEnabled},
		})
	}
	for _, g := range groups {
		autoscaling.PutGroup(tx, g)
	}
}

// launchTypeOf is the launch type of the tasks of a strategy, empty for none and for a mix, which the API refuses.
func launchTypeOf(strategy []types.CapacityProviderStrategyItem) types.LaunchType {
	switch fargate := len(ofFargate(strategy)); {
	case len(strategy) > 0 && fargate == 0:
		return types.LaunchTypeEc2
	case len(strategy) > 0 && fargate == len(strategy):
		return types.LaunchTypeFargate
	}
	return ""
}

func ofFargate(strategy []types.CapacityProviderStrategyItem) []types.CapacityProviderStrategyItem {
	return filter(strategy, func(item types.CapacityProviderStrategyItem) bool {
		return state.OfFargate(arn.Name(aws.ToString(item.CapacityProvider)))
	})
}

// refersToProviders has unknown capacity providers of strategies be those of the plan to which their
// expressions lead, and tells of an Auto Scaling group of the plan that it does not protect its instances.
func (p plan) refersToProviders(r *request, s *site, expressions *node) {
	for member, attribute := range map[string]string{"capacityProviderStrategy": "capacity_provider_strategy", "defaultCapacityProviderStrategy": "default_capacity_provider_strategy"} {
		var names []string
		for _, item := range expressions.list(attribute) {
			if other, found := referred("aws_ecs_capacity_provider", s, item.member("capacity_provider"), p.resources); found && other.named() != "" {
				names = append(names, other.named())
			}
		}
		i := 0
		for _, item := range r.input.list(member) {
			// A dynamic block has one expression for all that it makes.
			if provider := item.member("capacityProvider"); provider != nil && provider.open && len(names) > 0 {
				provider.text, provider.open = names[min(i, len(names)-1)], false
				i++
			}
		}
	}
	for _, item := range expressions.list("auto_scaling_group_provider") {
		if group, found := referred("aws_autoscaling_group", s, item.member("auto_scaling_group_arn"), p.resources); found {
			protects := group.after.member("protect_from_scale_in")
			r.unprotected = !isTrue(protects) && !isTrue(group.unknown.member("protect_from_scale_in"))
		}
	}
}

// suitProviders has unknown capacity providers of a cluster be those that its default strategy has, and
// an unknown one of the strategy one of the cluster.
func (r *request) suitProviders() {
	for _, member := range []string{"capacityProviderStrategy", "defaultCapacityProviderStrategy"} {
		// A plan may have an item without members beside one that is unknown.
		if strategy := r.input.member(member); strategy != nil && r.resource != "" {
			strategy.items = filter(strategy.items, func(item *node) bool { return item.kind != object || len(item.members) > 0 })
		}
	}
	providers, strategy := r.input.member("capacityProviders"), r.input.list("defaultCapacityProviderStrategy")
	if providers == nil {
		return
	}
	known := filter(providers.items, func(n *node) bool { return n.kind == text && !n.open })
	unknown := providers.open || len(known) < len(providers.items)
	for _, item := range strategy {
		switch provider := item.member("capacityProvider"); {
		case provider == nil || provider.kind != text:
		case provider.open && len(known) > 0:
			provider.text = known[0].text
		case unknown:
			known = append(known, &node{kind: text, text: provider.text, open: true})
		}
	}
	if r.resource != "" {
		providers.items = known
	}
}
