package elasticloadbalancingv2

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/elbv2"
	"github.com/ecs-emulator/ecs-emulator/emulator/hashorder"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

// attribute is any of the SDK's three types, which have the same members.
type attribute = struct{ Key, Value *string }

// listed are attributes in AWS's order, which is that of a hash set (ELB0001).
func listed[A any](all []elbv2.Setting, as func(key, value *string) A) []A {
	var keys []string
	values := map[string]string{}
	for _, each := range all {
		keys = append(keys, each.Key)
		values[each.Key] = each.Value
	}
	list := []A{}
	for _, key := range hashorder.Sort(keys) {
		list = append(list, as(&key, aws.String(values[key])))
	}
	return list
}

// settings reads attributes of a request by the table of those that a noun can have. But for
// that of unknown keys, the texts are the emulator's.
func settings(noun string, table []elbv2.Attribute, kind elbv2.Kind, given []attribute) (elbv2.Attributes, error) {
	set := elbv2.Attributes{}
	for _, a := range given {
		key, value := aws.ToString(a.Key), aws.ToString(a.Value)
		known := elbv2.FindAttribute(table, key)
		switch {
		case known == nil: // Source: field reports
			return nil, invalid("%s attribute key '%s' is not recognized", noun, key)
		case !slices.Contains(known.Of, kind):
			return nil, badConfiguration("%s attribute key '%s' is not supported with type '%s'", noun, key, kind)
		case !known.Takes(value), !shown.MatchString(value), strings.HasSuffix(key, ".header_name") && !token.MatchString(value):
			return nil, invalid("%s attribute value '%s' is not valid for the key '%s'", noun, value, key)
		}
		set[key] = value
	}
	return set, nil
}

// Source: ELBv2 API reference, LoadBalancerAttribute. That values of listeners and target
// groups are no longer is an assumption.
const maxAttribute = 1024

var attributeKey = regexp.MustCompile(`^[a-zA-Z0-9._]+$`)

// checkAttributes checks what the model says of a request that changes some.
func checkAttributes(member string, id *string, given []attribute, most int) error {
	var v constraint.Violations
	needs(&v, member, id)
	needsList(&v, "attributes", given)
	if most > 0 && len(given) > most {
		v.Add("", "attributes", fmt.Sprintf("have length less than or equal to %d", most))
	}
	for i, a := range given {
		v.Text(at("attributes", i, "key"), a.Key, 0, 256)
		v.Matches(at("attributes", i, "key"), a.Key, attributeKey)
		v.Text(at("attributes", i, "value"), a.Value, 0, maxAttribute)
	}
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

// DescribeLoadBalancerAttributes answers all that a load balancer has.
func (a *API) DescribeLoadBalancerAttributes(ctx context.Context, in *sdk.DescribeLoadBalancerAttributesInput) (*sdk.DescribeLoadBalancerAttributesOutput, error) {
	if err := require("loadBalancerArn", in.LoadBalancerArn); err != nil {
		return nil, err
	}
	b, err := loadBalancer(a.store.Read(), scopeOf(ctx), *in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeLoadBalancerAttributesOutput{Attributes: listed(b.AllAttributes(), loadBalancerAttribute)}, nil
}

// ModifyLoadBalancerAttributes sets some and answers all.
func (a *API) ModifyLoadBalancerAttributes(ctx context.Context, in *sdk.ModifyLoadBalancerAttributesInput) (*sdk.ModifyLoadBalancerAttributesOutput, error) {
	given := read(in.Attributes, func(a types.LoadBalancerAttribute) attribute { return attribute{a.Key, a.Value} })
	if err := checkAttributes("loadBalancerArn", in.LoadBalancerArn, given, 20); err != nil {
		return nil, err
	}
	b, err := change(a, ctx, in.LoadBalancerArn, loadBalancer, elbv2.PutLoadBalancer, func(_ *state.Tx, b *elbv2.LoadBalancer) error {
		set, err := settings("Load balancer", elbv2.LoadBalancerAttributes, b.Kind(), given)
		b.Attributes = b.Attributes.With(set)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &sdk.ModifyLoadBalancerAttributesOutput{Attributes: listed(b.AllAttributes(), loadBalancerAttribute)}, nil
}

func targetGroupAttribute(key, value *string) types.TargetGroupAttribute {
	return types.TargetGroupAttribute{Key: key, Value: value}
}

// DescribeTargetGroupAttributes answers all that a target group has.
func (a *API) DescribeTargetGroupAttributes(ctx context.Context, in *sdk.DescribeTargetGroupAttributesInput) (*sdk.DescribeTargetGroupAttributesOutput, error) {
	if err := require("targetGroupArn", in.TargetGroupArn); err != nil {
		return nil, err
	}
	g, err := targetGroup(a.store.Read(), scopeOf(ctx), *in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeTargetGroupAttributesOutput{Attributes: listed(g.AllAttributes(), targetGroupAttribute)}, nil
}

// ModifyTargetGroupAttributes sets some and answers all.
func (a *API) ModifyTargetGroupAttributes(ctx context.Context, in *sdk.ModifyTargetGroupAttributesInput) (*sdk.ModifyTargetGroupAttributesOutput, error) {
	given := read(in.Attributes, func(a types.TargetGroupAttribute) attribute { return attribute{a.Key, a.Value} })
	if err := checkAttributes("targetGroupArn", in.TargetGroupArn, given, 0); err != nil {
		return nil, err
	}
	g, err := change(a, ctx, in.TargetGroupArn, targetGroup, elbv2.PutTargetGroup, func(_ *state.Tx, g *elbv2.TargetGroup) error {
		set, err := settings("Target group", elbv2.TargetGroupAttributes, g.Kind(), given)
		if err != nil {
			return err
		}
		g.Attributes = g.Attributes.With(set)
		return checkTogether(g)
	})
	if err != nil {
		return nil, err
	}
	return &sdk.ModifyTargetGroupAttributesOutput{Attributes: listed(g.AllAttributes(), targetGroupAttribute)}, nil
}

// checkTogether refuses attributes of a target group that do not go with each other or with
// its protocol. Source: field reports for the text about stickiness; the others, and the
// rules, are those of the ELBv2 API reference, TargetGroupAttribute.
func checkTogether(g *elbv2.TargetGroup) error {
	is := func(key, value string) bool { return g.Attribute(key) == value }
	sticky, cookie := g.Attribute("stickiness.type"), g.Attribute("stickiness.app_cookie.cookie_name")
	switch {
	case g.ALB() == (sticky == "source_ip"):
		return badConfiguration("Stickiness type '%s' is not supported for target groups with the %s protocol", sticky, g.Protocol)
	case g.ALB() && sticky == "app_cookie" && is("stickiness.enabled", "true") && cookie == "":
		return badConfiguration("A cookie name must be specified for stickiness of the type 'app_cookie'")
	case strings.HasPrefix(cookie, "AWSALB"):
		return badConfiguration("Cookie names cannot begin with 'AWSALB'")
	case cookie != "" && !token.MatchString(cookie):
		return badConfiguration("The cookie name '%s' contains a character that is not valid", cookie)
	case is("load_balancing.algorithm.anomaly_mitigation", "on") && !is("load_balancing.algorithm.type", "weighted_random"):
		return badConfiguration("Anomaly mitigation is only supported with the load balancing algorithm 'weighted_random'")
	case g.Kind() == elbv2.UDP && is("preserve_client_ip.enabled", "false"):
		return badConfiguration("Client IP preservation cannot be disabled for target groups with the %s protocol", g.Protocol)
	}
	return nil
}

func listenerAttribute(key, value *string) types.ListenerAttribute {
	return types.ListenerAttribute{Key: key, Value: value}
}

// DescribeListenerAttributes answers all that a listener has.
func (a *API) DescribeListenerAttributes(ctx context.Context, in *sdk.DescribeListenerAttributesInput) (*sdk.DescribeListenerAttributesOutput, error) {
	if err := require("listenerArn", in.ListenerArn); err != nil {
		return nil, err
	}
	l, err := listener(a.store.Read(), scopeOf(ctx), *in.ListenerArn)
	if err != nil {
		return nil, err
	}
	return &sdk.DescribeListenerAttributesOutput{Attributes: listed(l.AllAttributes(), listenerAttribute)}, nil
}

// ModifyListenerAttributes sets some and answers all.
func (a *API) ModifyListenerAttributes(ctx context.Context, in *sdk.ModifyListenerAttributesInput) (*sdk.ModifyListenerAttributesOutput, error) {
	given := read(in.Attributes, func(a types.ListenerAttribute) attribute { return attribute{a.Key, a.Value} })
	if err := checkAttributes("listenerArn", in.ListenerArn, given, 0); err != nil {
		return nil, err
	}
	l, err := change(a, ctx, in.ListenerArn, listener, elbv2.PutListener, func(_ *state.Tx, l *elbv2.Listener) error {
		set, err := settings("Listener", elbv2.ListenerAttributes, l.Kind(), given)
		l.Attributes = l.Attributes.With(set)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &sdk.ModifyListenerAttributesOutput{Attributes: listed(l.AllAttributes(), listenerAttribute)}, nil
}
