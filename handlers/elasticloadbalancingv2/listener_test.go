package elasticloadbalancingv2_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

func TestCreateListener(t *testing.T) {
	s := newScene(t)
	web, group := s.alb("web"), s.group("web")
	in := &sdk.CreateListenerInput{LoadBalancerArn: &web, Port: aws.Int32(80), Protocol: "HTTP", DefaultActions: []types.Action{forward(group)}}
	l := ok(s, s.CreateListener, in).Listeners[0]
	a := l.DefaultActions[0]
	if *a.TargetGroupArn != group || len(a.ForwardConfig.TargetGroups) != 1 || *a.ForwardConfig.TargetGroups[0].Weight != 1 ||
		*a.ForwardConfig.TargetGroupStickinessConfig.Enabled || a.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds != nil || a.Order != nil {
		t.Errorf("%+v", a)
	}
	if l.Certificates != nil || l.SslPolicy != nil {
		t.Errorf("%+v", l)
	}
	if again := ok(s, s.CreateListener, in).Listeners[0]; *again.ListenerArn != *l.ListenerArn {
		t.Error("the same again is another one")
	}
	in.DefaultActions = []types.Action{answer("200")}
	refused(s, s.CreateListener, in, "DuplicateListener", "A listener already exists on this port for this load balancer '"+web+"'")

	second := s.listener(web, 81, answer("200"))
	refused(s, s.ModifyListener, &sdk.ModifyListenerInput{ListenerArn: &second, Port: aws.Int32(80)}, "ValidationError", "Listener port '80' is already in use")
	ok(s, s.ModifyListener, &sdk.ModifyListenerInput{ListenerArn: l.ListenerArn, Port: aws.Int32(8080), DefaultActions: []types.Action{answer("503")}})
	all := ok(s, s.DescribeListeners, &sdk.DescribeListenersInput{LoadBalancerArn: &web}).Listeners
	if len(all) != 2 || *all[0].Port != 81 || *all[1].Port != 8080 {
		t.Errorf("%+v", all)
	}
	if used := elbv2.GroupUsers(s.Store.Read(), group); used != nil {
		t.Errorf("the group is still used by %v", used)
	}
	ok(s, s.DeleteListener, &sdk.DeleteListenerInput{ListenerArn: &second})
	refused(s, s.DescribeListeners, &sdk.DescribeListenersInput{ListenerArns: []string{second}}, "ListenerNotFound", "One or more listeners not found")
}

func TestListenerRefusals(t *testing.T) {
	s := newScene(t)
	web, net, group := s.alb("web"), s.nlb("net"), s.group("web")
	create := func(balancer string, protocol types.ProtocolEnum, actions ...types.Action) *sdk.CreateListenerInput {
		return &sdk.CreateListenerInput{LoadBalancerArn: &balancer, Port: aws.Int32(80), Protocol: protocol, DefaultActions: actions}
	}
	refused(s, s.CreateListener, create(web, "TCP", forward(group)), "ValidationError", "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'")
	refused(s, s.CreateListener, create(net, "HTTP", forward(group)), "ValidationError", "Listener protocol 'HTTP' must be one of 'TCP, QUIC, TCP_QUIC, UDP, TCP_UDP, TLS'")
	refused(s, s.CreateListener, create(net, "TCP", forward(group)), "IncompatibleProtocols",
		"The listener and the following target groups have incompatible protocols: "+group)
	refused(s, s.CreateListener, create(web, "HTTP", forward(group+"0")), "TargetGroupNotFound", "Target groups '"+group+"0' not found")
	in := s.httpGroup("grpc")
	in.ProtocolVersion = aws.String("GRPC")
	refused(s, s.CreateListener, create(web, "HTTP", forward(s.groupOf(in))), "InvalidConfigurationRequest",
		"Listener protocol 'HTTP' is not supported with a target group with the protocol-version 'GRPC'")
	refused(s, s.CreateListener, create(web, "HTTPS", forward(group)), "ValidationError", "A certificate must be specified for HTTPS listeners")
	gone := web[:len(web)-16] + "0000000000000000"
	refused(s, s.CreateListener, create(gone, "HTTP", forward(group)), "LoadBalancerNotFound", "Load balancer '"+gone+"' not found")
	refused(s, s.CreateListener, create(web, "HTTP", types.Action{Type: "redirect"}), "InvalidLoadBalancerAction",
		"For actions of type 'redirect', you must specify the following fields: 'RedirectConfig'")
	refused(s, s.CreateListener, create(web, "HTTP", types.Action{Type: "redirect", RedirectConfig: &types.RedirectActionConfig{StatusCode: "HTTP_301"}}),
		"InvalidLoadBalancerAction", "The redirect configuration is not valid because it creates a loop.")
	refused(s, s.CreateListener, create(web, "HTTP", answer("301")), "ValidationError", "1 validation error detected: Value '301' at 'defaultActions.1.member.fixedResponseConfig.statusCode' "+
		`failed to satisfy constraint: Member must satisfy regular expression pattern: ^(2|4|5)\d\d$`)
	unbuilt(s, s.CreateListener, create(web, "HTTP", types.Action{Type: types.ActionTypeEnumAuthenticateOidc}, forward(group)), "actions of the type authenticate-oidc")
	unbuilt(s, s.CreateListener, create(net, "QUIC", forward(group)), "the protocol QUIC")
	mutual := create(web, "HTTPS", forward(group))
	mutual.MutualAuthentication = &types.MutualAuthenticationAttributes{Mode: aws.String("passthrough")}
	unbuilt(s, s.CreateListener, mutual, "mutual authentication")
}

func TestWeightedForward(t *testing.T) {
	s := newScene(t)
	blue, green := s.group("blue"), s.group("green")
	action := types.Action{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{
		TargetGroups:                []types.TargetGroupTuple{{TargetGroupArn: &blue, Weight: aws.Int32(90)}, {TargetGroupArn: &green, Weight: aws.Int32(10)}},
		TargetGroupStickinessConfig: &types.TargetGroupStickinessConfig{Enabled: aws.Bool(true), DurationSeconds: aws.Int32(60)},
	}}
	web := s.alb("web")
	l := s.listener(web, 80, action)
	a := ok(s, s.DescribeListeners, &sdk.DescribeListenersInput{ListenerArns: []string{l}}).Listeners[0].DefaultActions[0]
	if a.TargetGroupArn != nil || *a.ForwardConfig.TargetGroups[1].Weight != 10 || *a.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds != 60 {
		t.Errorf("%+v", a)
	}
	if on := elbv2.LoadBalancerGroups(s.Store.Read(), web); !slices.Equal(on, []string{blue, green}) {
		t.Errorf("%v", on)
	}
	action.ForwardConfig.TargetGroups[0].Weight = aws.Int32(1000)
	refused(s, s.ModifyListener, &sdk.ModifyListenerInput{ListenerArn: &l, DefaultActions: []types.Action{action}}, "InvalidLoadBalancerAction",
		"The weight for each target group must be between 0 and 999, inclusive")
}

func TestListenersWithCertificates(t *testing.T) {
	s := newScene(t)
	web := s.alb("web")
	in := &sdk.CreateListenerInput{
		LoadBalancerArn: &web, Port: aws.Int32(443), Protocol: "HTTPS", DefaultActions: []types.Action{answer("200")},
		Certificates: []types.Certificate{{CertificateArn: aws.String("arn:aws:acm:us-east-1:000000000000:other/1")}},
	}
	refused(s, s.CreateListener, in, "CertificateNotFound", "Certificate 'arn:aws:acm:us-east-1:000000000000:other/1' not found")
	in.Certificates[0].CertificateArn = aws.String("arn:aws:iam::000000000000:server-certificate/web")
	unbuilt(s, s.CreateListener, in, "IAM server certificates (arn:aws:iam::000000000000:server-certificate/web)")
	in.Certificates[0].CertificateArn = aws.String(certificate + "1")
	in.SslPolicy = aws.String("none")
	refused(s, s.CreateListener, in, "SSLPolicyNotFound", "SSL policy 'none' not found")
	in.SslPolicy = nil
	l := ok(s, s.CreateListener, in).Listeners[0]
	if *l.SslPolicy != "ELBSecurityPolicy-2016-08" || *l.Certificates[0].CertificateArn != certificate+"1" || l.Certificates[0].IsDefault != nil {
		t.Errorf("%+v", l)
	}
	if on := elbv2.InUse(s.Store.Read(), certificate+"1"); !slices.Equal(on, []string{web}) {
		t.Errorf("the certificate is in use by %v", on)
	}

	more := []types.Certificate{{CertificateArn: aws.String(certificate + "3")}, {CertificateArn: aws.String(certificate + "2")}}
	for range 2 {
		ok(s, s.AddListenerCertificates, &sdk.AddListenerCertificatesInput{ListenerArn: l.ListenerArn, Certificates: more})
	}
	var all []string
	for _, c := range ok(s, s.DescribeListenerCertificates, &sdk.DescribeListenerCertificatesInput{ListenerArn: l.ListenerArn}).Certificates {
		all = append(all, (*c.CertificateArn)[len(certificate):]+map[bool]string{true: " default"}[*c.IsDefault])
	}
	if want := []string{"1 default", "2", "3"}; !slices.Equal(all, want) {
		t.Errorf("%v, want %v", all, want)
	}
	ok(s, s.RemoveListenerCertificates, &sdk.RemoveListenerCertificatesInput{ListenerArn: l.ListenerArn, Certificates: more[:1]})
	if on := elbv2.InUse(s.Store.Read(), certificate+"3"); on != nil {
		t.Errorf("the certificate is in use by %v", on)
	}
	refused(s, s.RemoveListenerCertificates, &sdk.RemoveListenerCertificatesInput{ListenerArn: l.ListenerArn, Certificates: l.Certificates},
		"OperationNotPermitted", "Default certificate '"+certificate+"1' cannot be removed")
	plain := ok(s, s.ModifyListener, &sdk.ModifyListenerInput{ListenerArn: l.ListenerArn, Protocol: "HTTP"}).Listeners[0]
	if plain.Certificates != nil || plain.SslPolicy != nil {
		t.Errorf("%+v", plain)
	}
}

func TestTLSListener(t *testing.T) {
	s := newScene(t)
	net, group := s.nlb("net"), s.groupOf(s.tcpGroup("tcp"))
	in := &sdk.CreateListenerInput{
		LoadBalancerArn: &net, Port: aws.Int32(443), Protocol: "TLS", DefaultActions: []types.Action{forward(group)}, AlpnPolicy: []string{"HTTP2Preferred"},
		Certificates: []types.Certificate{{CertificateArn: aws.String(certificate + "1")}},
	}
	if l := ok(s, s.CreateListener, in).Listeners[0]; !slices.Equal(l.AlpnPolicy, []string{"HTTP2Preferred"}) {
		t.Errorf("%+v", l)
	}
	in.AlpnPolicy = []string{"HTTP3"}
	refused(s, s.CreateListener, in, "ALPNPolicyNotFound", "ALPN policy [HTTP3] is not found")
}
