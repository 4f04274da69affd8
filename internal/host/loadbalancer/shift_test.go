package loadbalancer

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dataplane"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// asked is a balancer that is asked after each piece, once it is to be.
type asked struct {
	*dataplane.Balancer
	ask func(after balancer.Key)
}

func (a *asked) Set(p balancer.Piece) error {
	err := a.Balancer.Set(p)
	key, _ := p.Key()
	a.say(key)
	return err
}

func (a *asked) Remove(key balancer.Key) {
	a.Balancer.Remove(key)
	a.say(key)
}

func (a *asked) say(after balancer.Key) {
	if a.ask != nil {
		a.ask(after)
	}
}

// shift is a load balancer before two groups, each with one target.
type shift struct {
	*testing.T
	targets map[string]netip.AddrPort
	client  http.Client // which keeps its connection
	plane   *asked
	control *control.Client
}

func newShift(t *testing.T) *shift {
	s := &shift{T: t, targets: map[string]netip.AddrPort{}}
	for _, name := range []string{"blue", "green"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) }))
		t.Cleanup(server.Close)
		s.targets[name] = netip.MustParseAddrPort(server.Listener.Addr().String())
	}
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.client.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("tcp", port.Addr().String())
	}}
	s.plane = &asked{Balancer: dataplane.New(dataplane.Options{Listen: func(string, string) (net.Listener, error) { return port, nil }})}
	near, far := net.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = control.NewServer().Serve(t.Context(), s.plane, far)
	}()
	if s.control, err = control.Connect(t.Context(), near, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		s.control.Close()
		_ = far.Close()
		<-served
		_ = s.plane.Close()
	})
	return s
}

// tell has the load balancer be as its rows would say: with these weights, and these targets.
func (s *shift) tell(blue, green int32, targets ...*elbv2.Target) {
	s.Helper()
	v := View{LoadBalancer: &elbv2.LoadBalancer{ARN: "web"}}
	for _, name := range []string{"blue", "green"} {
		group := Group{TargetGroup: &elbv2.TargetGroup{ARN: name, Protocol: "HTTP", ProtocolVersion: "HTTP1"}}
		for _, t := range targets {
			if t.GroupARN == name {
				group.Targets = append(group.Targets, Target{Target: t, Address: s.targets[name].Addr(), Healthy: true})
			}
		}
		v.Groups = append(v.Groups, group)
	}
	v.Listeners = []Listener{{&elbv2.Listener{ARN: "listener", Port: 80, Protocol: "HTTP"}, []*elbv2.Rule{{ARN: "default", Actions: []elb.Action{
		{ForwardConfig: &elb.ForwardActionConfig{TargetGroups: []elb.TargetGroupTuple{
			{TargetGroupArn: aws.String("blue"), Weight: &blue}, {TargetGroupArn: aws.String("green"), Weight: &green},
		}}},
	}}}}}
	if err := s.control.Update(s.Context(), new(composer).Configure(v)); err != nil {
		s.Fatal(err)
	}
}

func (s *shift) target(group string) *elbv2.Target {
	return &elbv2.Target{GroupARN: group, ID: group, Port: int32(s.targets[group].Port())}
}

func (s *shift) ask(after balancer.Key) {
	answer, err := s.client.Get("http://web.example/")
	if err != nil {
		s.Errorf("after %s %s: %v", after.Kind, after.ID, err)
		return
	}
	defer func() { _ = answer.Body.Close() }()
	if _, _ = io.Copy(io.Discard, answer.Body); answer.StatusCode != http.StatusOK {
		s.Errorf("after %s %s: status %d", after.Kind, after.ID, answer.StatusCode)
	}
}

// What a look finds changed at once is put in place piece by piece: at each moment every request has
// a target.
func TestNoRequestIsLostBetweenThePiecesOfAShift(t *testing.T) {
	s := newShift(t)
	blue, green := s.target("blue"), s.target("green")
	draining := *blue
	draining.DeregisteredAt = time.Unix(1, 0)
	s.tell(100, 0, blue)
	s.plane.ask = s.ask
	s.tell(0, 100, &draining, green)
	s.tell(100, 0, blue, green)
	s.tell(0, 100, green)
	s.tell(100, 0, blue)
}
