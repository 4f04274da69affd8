// Package elasticloadbalancingv2 answers the API of Elastic Load Balancing, version 2:
// application and network load balancers. Handlers write what is wanted; who moves requests
// and checks targets reads it.
//
// Texts of errors are AWS's, from recorded answers and field reports, where no comment says
// that they are the emulator's.
package elasticloadbalancingv2

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what the API works on.
type Options struct {
	Store *store.Store
	Now   func() time.Time // the emulator's time
	// StrictVPC knows no subnets and security groups that are made up.
	StrictVPC bool
	// Certificate reports whether there is a certificate with an ARN that listeners can
	// have. Without it there is none.
	Certificate func(tx *store.Tx, s arn.Scope, arn string) bool
}

// API answers from the store.
type API struct {
	store       *store.Store
	clock       func() time.Time
	strict      bool
	certificate func(tx *store.Tx, s arn.Scope, arn string) bool
}

func New(o Options) *API {
	if o.Certificate == nil {
		o.Certificate = func(*store.Tx, arn.Scope, string) bool { return false }
	}
	return &API{store: o.Store, clock: o.Now, strict: o.StrictVPC, certificate: o.Certificate}
}

// now is the time in milliseconds, as Elastic Load Balancing has it.
func (a *API) now() time.Time { return a.clock().UTC().Truncate(time.Millisecond) }

// loadBalancer returns one of the caller's by its ARN.
func loadBalancer(tx *store.Tx, s arn.Scope, id string) (*elbv2.LoadBalancer, error) {
	if err := wellFormed(id, "loadbalancer", "load balancer"); err != nil {
		return nil, err
	}
	if b := elbv2.FindLoadBalancer(tx, id); b != nil && b.Scope == s {
		return b, nil
	}
	return nil, &types.LoadBalancerNotFoundException{Message: awsapi.Textf("Load balancer '%s' not found", id)}
}

// listener returns one of the caller's by its ARN.
func listener(tx *store.Tx, s arn.Scope, id string) (*elbv2.Listener, error) {
	if err := wellFormed(id, "listener", "listener"); err != nil {
		return nil, err
	}
	if l := elbv2.FindListener(tx, id); l != nil && l.Scope == s {
		return l, nil
	}
	return nil, &types.ListenerNotFoundException{Message: awsapi.Textf("One or more listeners not found")}
}

// rule returns one of the caller's by its ARN, which may be the default one of a listener.
func rule(tx *store.Tx, s arn.Scope, id string) (*elbv2.Rule, error) {
	if err := wellFormed(id, "listener-rule", "listener rule"); err != nil {
		return nil, err
	}
	if r := elbv2.FindRule(tx, id); r != nil && arn.ScopeOf(id) == s {
		return r, nil
	}
	return nil, &types.RuleNotFoundException{Message: awsapi.Textf("One or more rules not found")}
}

// targetGroup returns one of the caller's by its ARN.
func targetGroup(tx *store.Tx, s arn.Scope, id string) (*elbv2.TargetGroup, error) {
	if err := wellFormed(id, "targetgroup", "target group"); err != nil {
		return nil, err
	}
	if g := elbv2.FindTargetGroup(tx, id); g != nil && g.Scope == s {
		return g, nil
	}
	return nil, &types.TargetGroupNotFoundException{Message: awsapi.Textf("Target groups '%s' not found", id)}
}

// wellFormed refuses what is not the ARN of a resource of a kind.
func wellFormed(id, kind, noun string) error {
	if kindOf(id) != kind {
		return invalid("'%s' is not a valid %s ARN", id, noun)
	}
	return nil
}

// kindOf is what an ARN says that a resource of load balancing is, or empty.
func kindOf(id string) string {
	if a, ok := arn.Parse(id); ok && a.Service == "elasticloadbalancing" {
		return a.Type
	}
	return ""
}

// change changes a copy of a row that find finds, and writes it; one of a load balancer stays
// within its quotas.
func change[T any](a *API, ctx context.Context, id *string, find func(*store.Tx, arn.Scope, string) (*T, error), put func(*store.Tx, *T), change func(*store.Tx, *T) error) (changed T, err error) {
	err = a.store.Update(func(tx *store.Tx) error {
		found, err := find(tx, awsapi.CallScope(ctx), *id)
		if err != nil {
			return err
		}
		changed = *found
		if err := change(tx, &changed); err != nil {
			return err
		}
		put(tx, &changed)
		switch changed := any(&changed).(type) {
		case *elbv2.Listener:
			return fewParts(tx, changed.LoadBalancer)
		case *elbv2.Rule:
			return fewParts(tx, changed.LoadBalancer)
		}
		return nil
	})
	return changed, err
}
