package elasticloadbalancingv2

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateListener makes a listener of a load balancer. One that is there with the same
// settings is answered again.
func (a *API) CreateListener(ctx context.Context, in *sdk.CreateListenerInput) (*sdk.CreateListenerOutput, error) {
	tags, err := withTags(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	var made *elbv2.Listener
	err = a.store.Update(func(tx *store.Tx) error {
		b, err := loadBalancer(tx, awsapi.CallScope(ctx), *in.LoadBalancerArn)
		if err != nil {
			return err
		}
		if in.Port == nil {
			return invalid("A listener port must be specified") // ELB0005
		}
		made = &elbv2.Listener{Scope: b.Scope, ARN: elbv2.NewListenerARN(b.ARN), LoadBalancer: b.ARN, Tags: tags}
		made.DefaultRule = elbv2.NewRuleARN(made.ARN)
		if err := a.applyListener(tx, made, settingsOfCreate(in)); err != nil {
			return err
		}
		for _, other := range elbv2.LoadBalancerListeners(tx, b.ARN) {
			if other.Port == made.Port {
				if !sameListener(other, made) {
					return &types.DuplicateListenerException{Message: awsapi.Textf("A listener already exists on this port for this load balancer '%s'", b.ARN)}
				}
				made = other
				return nil
			}
		}
		elbv2.PutListener(tx, made)
		return fewParts(tx, made.LoadBalancer)
	})
	if err != nil {
		return nil, err
	}
	return &sdk.CreateListenerOutput{Listeners: []types.Listener{describeListener(made)}}, nil
}

// listenerSettings are what a request says about a listener. What is absent stays.
type listenerSettings struct {
	port         *int32
	protocol     types.ProtocolEnum
	certificates []types.Certificate
	policy       *string
	alpn         []string
	mutual       *types.MutualAuthenticationAttributes
	actions      []types.Action
}

func settingsOfCreate(in *sdk.CreateListenerInput) listenerSettings {
	return listenerSettings{in.Port, in.Protocol, in.Certificates, in.SslPolicy, in.AlpnPolicy, in.MutualAuthentication, in.DefaultActions}
}

// applyListener changes a listener. Where no source is named, texts are the emulator's.
func (a *API) applyListener(tx *store.Tx, l *elbv2.Listener, s listenerSettings) error {
	if s.port != nil {
		l.Port = *s.port
	}
	if s.protocol != "" {
		l.Protocol = s.protocol
	}
	b := elbv2.FindLoadBalancer(tx, l.LoadBalancer)
	if err := checkProtocol(b, l.Protocol); err != nil {
		return err
	}
	if m := s.mutual; m != nil && (m.Mode != nil && *m.Mode != "off" || m.TrustStoreArn != nil) {
		return notBuilt("mutual authentication")
	}
	if err := a.applyTLS(tx, l, s); err != nil {
		return err
	}
	actions := l.Actions
	if s.actions != nil {
		actions = s.actions
	}
	made, err := actionsOf(tx, l, actions)
	l.Actions = made
	return err
}

// checkProtocol refuses protocols that load balancers of the type do not speak (ELB0005).
func checkProtocol(b *elbv2.LoadBalancer, p types.ProtocolEnum) error {
	can, names := albProtocols, "HTTP, HTTPS"
	if b.Kind() == elbv2.NLB {
		can, names = nlbProtocols, "TCP, QUIC, TCP_QUIC, UDP, TCP_UDP, TLS"
	}
	switch {
	case b.Kind() == elbv2.NLB && (p == types.ProtocolEnumQuic || p == types.ProtocolEnumTcpQuic):
		return notBuilt("the protocol " + string(p))
	case p == "": // Source: field reports
		return invalid("A listener protocol must be specified")
	case !slices.Contains(can, p):
		return invalid("Listener protocol '%s' must be one of '%s'", p, names)
	}
	return nil
}

// sameListener reports whether two listeners of a load balancer differ in nothing but ids,
// attributes and tags.
func sameListener(a, b *elbv2.Listener) bool {
	return a.Port == b.Port && a.Protocol == b.Protocol && a.Certificate == b.Certificate && a.SSLPolicy == b.SSLPolicy &&
		a.ALPNPolicy == b.ALPNPolicy && reflect.DeepEqual(a.Actions, b.Actions)
}

func describeListener(l *elbv2.Listener) types.Listener {
	d := types.Listener{
		ListenerArn: &l.ARN, LoadBalancerArn: &l.LoadBalancer, Port: &l.Port, Protocol: l.Protocol, DefaultActions: l.Actions,
		SslPolicy: awsapi.Optional(l.SSLPolicy),
	}
	if l.Certificate != "" {
		d.Certificates = []types.Certificate{{CertificateArn: &l.Certificate}}
	}
	if l.ALPNPolicy != "" {
		d.AlpnPolicy = []string{l.ALPNPolicy}
	}
	return d
}

// DescribeListeners answers listeners by ARN, or those of a load balancer, in order of their
// ports.
func (a *API) DescribeListeners(ctx context.Context, in *sdk.DescribeListenersInput) (*sdk.DescribeListenersOutput, error) {
	tx, scope := a.store.Read(), awsapi.CallScope(ctx)
	var found []*elbv2.Listener
	switch {
	case in.LoadBalancerArn != nil && in.ListenerArns != nil: // the text is made of those of others
		return nil, invalid("Listener ARNs and a load balancer ARN cannot be specified at the same time")
	case in.LoadBalancerArn != nil:
		b, err := loadBalancer(tx, scope, *in.LoadBalancerArn)
		if err != nil {
			return nil, err
		}
		found = elbv2.LoadBalancerListeners(tx, b.ARN)
	case in.ListenerArns != nil:
		for _, id := range in.ListenerArns {
			l, err := listener(tx, scope, id)
			if err != nil {
				return nil, err
			}
			found = append(found, l)
		}
	default: // Source: field reports
		return nil, invalid("You must specify either listener ARNs or a load balancer ARN")
	}
	order := func(l *elbv2.Listener) string { return fmt.Sprintf("%s:%05d", l.LoadBalancer, l.Port) }
	part, next, err := pageOf(found, order, in.Marker, in.PageSize)
	out := &sdk.DescribeListenersOutput{NextMarker: next}
	for _, l := range part {
		out.Listeners = append(out.Listeners, describeListener(l))
	}
	return out, err
}

// ModifyListener changes what it has members for.
func (a *API) ModifyListener(ctx context.Context, in *sdk.ModifyListenerInput) (*sdk.ModifyListenerOutput, error) {
	changed, err := change(a, ctx, in.ListenerArn, listener, elbv2.PutListener, func(tx *store.Tx, l *elbv2.Listener) error {
		s := listenerSettings{in.Port, in.Protocol, in.Certificates, in.SslPolicy, in.AlpnPolicy, in.MutualAuthentication, in.DefaultActions}
		if err := a.applyListener(tx, l, s); err != nil {
			return err
		}
		for _, other := range elbv2.LoadBalancerListeners(tx, l.LoadBalancer) {
			if other.ARN != l.ARN && other.Port == l.Port { // Source: field reports
				return invalid("Listener port '%d' is already in use", l.Port)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.ModifyListenerOutput{Listeners: []types.Listener{describeListener(&changed)}}, nil
}

// DeleteListener removes a listener with its rules.
func (a *API) DeleteListener(ctx context.Context, in *sdk.DeleteListenerInput) (*sdk.DeleteListenerOutput, error) {
	return &sdk.DeleteListenerOutput{}, a.store.Update(func(tx *store.Tx) error {
		l, err := listener(tx, awsapi.CallScope(ctx), *in.ListenerArn)
		if err != nil {
			return err
		}
		elbv2.DeleteListener(tx, l)
		return nil
	})
}
