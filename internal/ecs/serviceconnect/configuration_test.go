package serviceconnect

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const apiARN = "arn:aws:servicediscovery:us-east-1:1:service/srv-api"

func instance(id, address, deployment string) *servicediscovery.Instance {
	return &servicediscovery.Instance{ServiceARN: apiARN, ID: id, Deployment: deployment, Attributes: map[string]string{
		servicediscovery.AttributeIPv4: address, servicediscovery.AttributePort: "8080",
	}}
}

// summary is what pieces come to, one on a line.
func summary(pieces []balancer.Piece) string {
	var lines []string
	for _, p := range pieces {
		switch {
		case p.TargetGroup != nil:
			lines = append(lines, fmt.Sprint("group ", p.TargetGroup.ID, " ", p.TargetGroup.Protocol, p.TargetGroup.ProtocolVersion, " checks ", p.TargetGroup.HealthCheck.Enabled))
		case p.Target != nil:
			lines = append(lines, fmt.Sprint("target ", p.Target.Group, " ", p.Target.Addr))
		case p.Listener != nil:
			l := p.Listener
			line := fmt.Sprint("listener ", l.ID, " ", l.Protocol, " ", addressOf(l), " idle ", l.Connect.IdleSeconds, " request ", l.Connect.RequestSeconds)
			for _, r := range l.Rules {
				line += fmt.Sprint(" ", r.ID)
				for _, c := range r.Conditions {
					line += fmt.Sprint(" ", c.Header, c.Values)
				}
				line += fmt.Sprint(r.Action.Forward.Groups)
			}
			lines = append(lines, line)
		}
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), apiARN, "API")
}

func expect(t *testing.T, what string, pieces []balancer.Piece, want ...string) {
	t.Helper()
	if got := summary(pieces); got != strings.Join(want, "\n") {
		t.Errorf("%s:\n%s\nwant\n%s", what, got, strings.Join(want, "\n"))
	}
}

// all are the pieces of a configuration, in the order in which a proxy gets them.
func all(t *testing.T, c configuration, err error) (pieces []balancer.Piece) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.parts {
		pieces = append(pieces, p.Pieces()...)
	}
	return append(pieces, c.own...)
}

// A task that offers a port and knows an endpoint: each instance gets the same, until there are weights.
func TestConfigurationOfAProxy(t *testing.T) {
	c := &state.Connect{
		Services:  []state.ConnectService{{PortName: "web", DiscoveryName: "web", Container: "app", ContainerPort: 80, RequestSeconds: aws.Int32(0)}},
		Endpoints: []state.ConnectEndpoint{{DiscoveryName: "api", DiscoveryARN: apiARN, DNSName: "api", Port: 8080, Protocol: "http", IdleSeconds: aws.Int32(60), TestHeader: "x-test"}},
		AccessLog: &types.ServiceConnectAccessLogConfiguration{Format: types.ServiceConnectAccessLoggingFormatJson},
	}
	e := &endpoint{arn: apiARN, instances: []*servicediscovery.Instance{instance("1", "10.0.0.1", "blue"), instance("2", "10.0.0.2", "green"), {ID: "by hand"}}}
	own := []string{
		"group in/web TCP checks false", "target in/web 127.0.0.1:80",
		"listener in/web TCP :15000 idle 3600 request 0 default[{in/web 1}]",
	}
	known := func(string) *endpoint { return e }
	made, err := configure(c, known)
	pieces := all(t, made, err)
	expect(t, "in a rolling deployment", pieces, slices.Concat(
		[]string{"group API HTTPHTTP1 checks false", "target API 10.0.0.1:8080", "target API 10.0.0.2:8080"}, own,
		[]string{"listener out/api:8080 HTTP 127.0.0.1:15001 idle 60 request 15 default[{API 1}]"},
	)...)
	for _, p := range pieces {
		if p.Listener != nil && (p.Listener.Connect.AccessLog == nil || !p.Listener.Connect.AccessLog.JSON || p.Listener.Connect.Inbound != strings.HasPrefix(p.Listener.ID, "in/")) {
			t.Errorf("%+v", p.Listener.Connect)
		}
	}
	e = &endpoint{arn: apiARN, instances: e.instances}
	e.weights = &servicediscovery.Weights{Shares: []servicediscovery.Share{{Deployment: "blue", Weight: 1000}, {Deployment: "green"}}, Test: "green"}
	shifted := []string{
		"group API blue HTTPHTTP1 checks false", "target API blue 10.0.0.1:8080",
		"group API green HTTPHTTP1 checks false", "target API green 10.0.0.2:8080",
	}
	listener := "listener out/api:8080 HTTP 127.0.0.1:15001 idle 60 request 15 test x-test[*][{API green 1}] default[{API blue 1000} {API green 0}]"
	made, err = configure(c, known)
	expect(t, "in a blue/green deployment", all(t, made, err), slices.Concat(shifted, own, []string{listener})...)
	made, of, err := configureEndpoint(c, e)
	pieces = all(t, made, err)
	expect(t, "the part of the endpoint", pieces, append(shifted, listener)...)
	for _, p := range append(pieces, balancer.Piece{TargetGroup: group(apiARN, "http")}, balancer.Piece{Target: &balancer.Target{Group: apiARN, ID: "1"}}) {
		if key, err := p.Key(); err != nil || !of(key) {
			t.Errorf("%+v is not of the part, %v", key, err)
		}
	}
	for _, other := range []balancer.Key{{Kind: balancer.KindListener, ID: "in/web"}, {Kind: balancer.KindTargetGroup, ID: apiARN + "2"}, {Kind: balancer.KindTarget, ID: "app", Group: "in/web"}} {
		if of(other) {
			t.Errorf("%+v is of the part", other)
		}
	}
}

func TestProtocolsOfGroups(t *testing.T) {
	for protocol, want := range map[string]string{"http": "HTTP/HTTP1", "http2": "HTTP/HTTP2", "grpc": "HTTP/GRPC", "": "TCP/"} {
		if g := group("g", protocol); g.Protocol+"/"+g.ProtocolVersion != want {
			t.Errorf("%s: %+v", protocol, g)
		}
	}
}

func addressOf(l *balancer.Listener) string {
	if !l.Addr.IsValid() {
		return fmt.Sprint(":", l.Port)
	}
	return fmt.Sprint(l.Addr, ":", l.Port)
}

// Rows that are read while a service of Cloud Map changes or goes do not stay.
func TestEndpointsOfFormerRows(t *testing.T) {
	withTasks(t, 0, func(s *scene) {
		s.update(func(tx *store.Tx) {
			servicediscovery.PutService(tx, &servicediscovery.Service{ARN: apiARN, Name: "api", ECSService: "x"})
		})
		former := s.store.Read()
		s.update(func(tx *store.Tx) { servicediscovery.Register(tx, instance("1", "10.0.0.1", "blue")) })
		latest := s.controller.endpoint(s.store.Read(), apiARN)
		s.controller.endpoint(former, apiARN)
		if s.controller.endpoint(s.store.Read(), apiARN) != latest {
			t.Error("the latest is made again")
		}
		s.update(func(tx *store.Tx) {
			servicediscovery.Deregister(tx, apiARN, "1")
			servicediscovery.DeleteService(tx, servicediscovery.FindService(tx, apiARN))
		})
		synctest.Wait()
		s.controller.endpoint(former, apiARN)
		if n := len(s.controller.endpoints); n > 0 {
			t.Errorf("%d endpoints are kept", n)
		}
	})
}
