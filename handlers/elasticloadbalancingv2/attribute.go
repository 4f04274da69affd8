package elasticloadbalancingv2

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/hashorder"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// attribute is any of the SDK's three types, which have the same members.
type attribute = struct{ Key, Value *string }

// listed are attributes as they are answered.
func listed[A any](all []elbv2.Setting, as func(key, value *string) A) []A {
	list := []A{}
	for _, each := range all {
		list = append(list, as(&each.Key, &each.Value))
	}
	return list
}

// hashed are attributes in the order of a hash set, in which those of target groups are answered
// (ELB0001). That those of listeners are as well is an assumption.
func hashed(all []elbv2.Setting) (sorted []elbv2.Setting) {
	var keys []string
	values := map[string]string{}
	for _, each := range all {
		keys = append(keys, each.Key)
		values[each.Key] = each.Value
	}
	for _, key := range hashorder.Sort(keys) {
		sorted = append(sorted, elbv2.Setting{Key: key, Value: values[key]})
	}
	return sorted
}

type resource struct {
	noun  string
	table []elbv2.Attribute
	kind  elbv2.Kind
	// foreign refuses a key that others have, twice one that is there twice.
	foreign, twice func(key string) error
}

// settings reads attributes of a request. Source of the texts: ELB0007.
func settings(of resource, given []attribute) (elbv2.Attributes, error) {
	set := elbv2.Attributes{}
	for _, a := range given {
		key, value := aws.ToString(a.Key), aws.ToString(a.Value)
		known := elbv2.FindAttribute(of.table, key)
		if known == nil {
			return nil, unrecognized(of.noun, key)
		}
		if _, again := set[key]; again {
			return nil, of.twice(key)
		}
		if !slices.Contains(known.Of, of.kind) {
			return nil, of.foreign(key)
		}
		if why := known.Refuse(value); why != "" {
			return nil, invalid("%s", why)
		}
		if !elbv2.Shown.MatchString(value) || strings.HasSuffix(key, ".header_name") && !elbv2.Token.MatchString(value) {
			return nil, invalid("The value of '%s' contains invalid characters", key)
		}
		set[key] = value
	}
	return set, nil
}

func unrecognized(noun, key string) error {
	return invalid("%s attribute key '%s' is not recognized", noun, key)
}

func twice(key string) error {
	return invalid("Attribute key '%s' has been specified more than once", key)
}

// maxAttributes is how many attributes of a load balancer change at once. Source: ELBv2 API reference,
// ModifyLoadBalancerAttributes.
const maxAttributes = 20

// checkNumber checks by hand what the model demands, because AWS shows the attributes of the refused
// list (field reports).
func checkNumber(given []types.LoadBalancerAttribute) error {
	if len(given) <= maxAttributes {
		return nil
	}
	var list []string
	for _, a := range given {
		list = append(list, fmt.Sprintf("LoadBalancerAttribute(key=%s, value=%s)", aws.ToString(a.Key), aws.ToString(a.Value)))
	}
	var v constraint.Violations
	v.Add("'["+strings.Join(list, ", ")+"]'", "attributes", fmt.Sprintf("have length less than or equal to %d", maxAttributes))
	return refusal(v)
}

// read makes attributes of the SDK's.
func read[A any](list []A, parts func(A) attribute) (given []attribute) {
	for _, a := range list {
		given = append(given, parts(a))
	}
	return given
}

func loadBalancerAttribute(key, value *string) types.LoadBalancerAttribute {
	return types.LoadBalancerAttribute{Key: key, Value: value}
}

func (a *API) DescribeLoadBalancerAttributes(ctx context.Context, in *sdk.DescribeLoadBalancerAttributesInput) (*sdk.DescribeLoadBalancerAttributesOutput, error) {
	b, err := loadBalancer(a.store.Read(), awsapi.CallScope(ctx), *in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeLoadBalancerAttributesOutput{Attributes: listed(b.AllAttributes(), loadBalancerAttribute)}, nil
}

// ModifyLoadBalancerAttributes sets some and answers all.
func (a *API) ModifyLoadBalancerAttributes(ctx context.Context, in *sdk.ModifyLoadBalancerAttributesInput) (*sdk.ModifyLoadBalancerAttributesOutput, error) {
	if err := checkNumber(in.Attributes); err != nil {
		return nil, err
	}
	given := read(in.Attributes, func(a types.LoadBalancerAttribute) attribute { return attribute{a.Key, a.Value} })
	b, err := change(a, ctx, in.LoadBalancerArn, loadBalancer, elbv2.PutLoadBalancer, func(_ *store.Tx, b *elbv2.LoadBalancer) error {
		set, err := settings(resource{"Load balancer", elbv2.LoadBalancerAttributes, b.Kind(), foreignToBalancer, twice}, given)
		if err != nil {
			return err
		}
		b.Attributes = b.Attributes.With(set)
		return checkBalancer(b)
	})
	if err != nil {
		return nil, err
	}
	return &sdk.ModifyLoadBalancerAttributesOutput{Attributes: listed(b.AllAttributes(), loadBalancerAttribute)}, nil
}

func targetGroupAttribute(key, value *string) types.TargetGroupAttribute {
	return types.TargetGroupAttribute{Key: key, Value: value}
}

func (a *API) DescribeTargetGroupAttributes(ctx context.Context, in *sdk.DescribeTargetGroupAttributesInput) (*sdk.DescribeTargetGroupAttributesOutput, error) {
	g, err := targetGroup(a.store.Read(), awsapi.CallScope(ctx), *in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeTargetGroupAttributesOutput{Attributes: listed(hashed(g.AllAttributes()), targetGroupAttribute)}, nil
}

// ModifyTargetGroupAttributes sets some and answers all.
func (a *API) ModifyTargetGroupAttributes(ctx context.Context, in *sdk.ModifyTargetGroupAttributesInput) (*sdk.ModifyTargetGroupAttributesOutput, error) {
	given := read(in.Attributes, func(a types.TargetGroupAttribute) attribute { return attribute{a.Key, a.Value} })
	g, err := change(a, ctx, in.TargetGroupArn, targetGroup, elbv2.PutTargetGroup, func(_ *store.Tx, g *elbv2.TargetGroup) error {
		set, err := settings(resource{"Target group", elbv2.TargetGroupAttributes, g.Kind(), func(key string) error {
			return badConfiguration("A target group with %s protocol does not support the attribute %s", g.Protocol, key)
		}, func(key string) error {
			return invalid("Target group attribute keys must be unique: '[%s]'", key)
		}}, given)
		if err != nil {
			return err
		}
		g.Attributes = g.Attributes.With(set)
		return checkTogether(g)
	})
	if err != nil {
		return nil, err
	}
	return &sdk.ModifyTargetGroupAttributesOutput{Attributes: listed(hashed(g.AllAttributes()), targetGroupAttribute)}, nil
}

func listenerAttribute(key, value *string) types.ListenerAttribute {
	return types.ListenerAttribute{Key: key, Value: value}
}

func (a *API) DescribeListenerAttributes(ctx context.Context, in *sdk.DescribeListenerAttributesInput) (*sdk.DescribeListenerAttributesOutput, error) {
	l, err := listener(a.store.Read(), awsapi.CallScope(ctx), *in.ListenerArn)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeListenerAttributesOutput{Attributes: listed(hashed(l.AllAttributes()), listenerAttribute)}, nil
}

// ModifyListenerAttributes sets some and answers all.
func (a *API) ModifyListenerAttributes(ctx context.Context, in *sdk.ModifyListenerAttributesInput) (*sdk.ModifyListenerAttributesOutput, error) {
	given := read(in.Attributes, func(a types.ListenerAttribute) attribute { return attribute{a.Key, a.Value} })
	l, err := change(a, ctx, in.ListenerArn, listener, elbv2.PutListener, func(_ *store.Tx, l *elbv2.Listener) error {
		set, err := settings(resource{"Listener", elbv2.ListenerAttributes, l.Kind(), func(string) error {
			return badConfiguration("The provided listener attribute is not supported")
		}, twice}, given)
		l.Attributes = l.Attributes.With(set)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &sdk.ModifyListenerAttributesOutput{Attributes: listed(hashed(l.AllAttributes()), listenerAttribute)}, nil
}
