package loadbalancer

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// keeper is a data plane that keeps what it was told, and refuses what it is to refuse.
type keeper struct {
	has     map[balancer.Key]string
	refuses string
	sets    int
}

func said(p balancer.Piece) (key balancer.Key, content string) {
	key, _ = p.Key()
	text, _ := json.Marshal(p.Content())
	return key, string(text)
}

func (k *keeper) Set(p balancer.Piece) error {
	key, content := said(p)
	if k.sets++; key.ID == k.refuses {
		return errors.New("no")
	}
	k.has[key] = content
	return nil
}

func (k *keeper) Remove(key balancer.Key)  { delete(k.has, key) }
func (k *keeper) Settle()                  {}
func (k *keeper) Counts() *balancer.Counts { return nil }

// changing is the rows of a load balancer that change at random.
type changing struct {
	*rapid.T
	store        *store.Store
	balancer     string
	listener     string
	groups       []string
	certificates map[string]string // keys
}

func begin(r *rapid.T) *changing {
	rows, err := state.Open(store.Options{})
	if err != nil {
		r.Fatal(err)
	}
	c := &changing{T: r, store: rows, certificates: map[string]string{"certificate-0": "0", "certificate-1": "0"}}
	c.balancer = elbv2.NewLoadBalancerARN(scope, elb.LoadBalancerTypeEnumApplication, "web")
	c.listener = elbv2.NewListenerARN(c.balancer)
	c.update(func(tx *store.Tx) {
		elbv2.PutLoadBalancer(tx, &elbv2.LoadBalancer{Scope: scope, ARN: c.balancer, Type: elb.LoadBalancerTypeEnumApplication})
		for i := range 3 {
			g := &elbv2.TargetGroup{Scope: scope, ARN: elbv2.NewTargetGroupARN(scope, fmt.Sprint(i)), Type: elb.TargetTypeEnumIp, Protocol: elb.ProtocolEnumHttp}
			elbv2.PutTargetGroup(tx, g)
			c.groups = append(c.groups, g.ARN)
		}
		elbv2.PutListener(tx, &elbv2.Listener{
			Scope: scope, ARN: c.listener, LoadBalancer: c.balancer, Port: 443, Protocol: elb.ProtocolEnumHttps, DefaultRule: "default",
			Certificate: "certificate-0", Actions: []elb.Action{{TargetGroupArn: &c.groups[0]}},
		})
	})
	return c
}

func (c *changing) update(change func(tx *store.Tx)) {
	if err := c.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		c.Fatal(err)
	}
}

func (c *changing) group(tx *store.Tx) *elbv2.TargetGroup {
	return elbv2.FindTargetGroup(tx, rapid.SampledFrom(c.groups).Draw(c.T, "group"))
}

// actions change a row each.
func (c *changing) actions() map[string]func(*rapid.T) {
	number := func(what string) int { return rapid.IntRange(0, 2).Draw(c.T, what) }
	changes := map[string]func(tx *store.Tx){
		"balancer": func(tx *store.Tx) {
			b := *elbv2.FindLoadBalancer(tx, c.balancer)
			b.DNSName = fmt.Sprint(number("name"), ".example")
			elbv2.PutLoadBalancer(tx, &b)
		},
		"listener": func(tx *store.Tx) {
			l := *elbv2.FindListener(tx, c.listener)
			l.Certificates = []string{"certificate-1"}[:number("certificates")%2]
			l.Actions = []elb.Action{{TargetGroupArn: &c.group(tx).ARN}}
			elbv2.PutListener(tx, &l)
		},
		"rule": func(tx *store.Tx) {
			r := &elbv2.Rule{Listener: c.listener, LoadBalancer: c.balancer, Priority: int32(1 + number("priority"))}
			r.ARN = elbv2.NewRuleARN(c.listener)
			for _, there := range elbv2.ListenerRules(tx, c.listener) {
				if there.Priority == r.Priority {
					r.ARN = there.ARN
				}
			}
			r.Conditions = []elb.RuleCondition{{Field: aws.String("path-pattern"), Values: []string{fmt.Sprint("/", number("path"))}}}
			r.Actions = []elb.Action{{TargetGroupArn: &c.group(tx).ARN}}
			elbv2.PutRule(tx, r)
		},
		"no rule": func(tx *store.Tx) {
			if r := elbv2.ListenerRules(tx, c.listener)[0]; !r.Default() {
				elbv2.DeleteRule(tx, r)
			}
		},
		"group": func(tx *store.Tx) {
			g := *c.group(tx)
			g.HealthCheck.Path = fmt.Sprint("/", number("path"))
			elbv2.PutTargetGroup(tx, &g)
		},
		"target": func(tx *store.Tx) {
			elbv2.Register(tx, c.group(tx), fmt.Sprint("10.0.0.", number("target")), 80, "", time.Now())
		},
		"health": func(tx *store.Tx) {
			h := &elbv2.TargetHealth{GroupARN: c.group(tx).ARN, ID: fmt.Sprint("10.0.0.", number("target")), Port: 80, CheckedAt: time.Now()}
			h.State = rapid.SampledFrom([]elb.TargetHealthStateEnum{"healthy", "unhealthy"}).Draw(c.T, "state")
			elbv2.PutTargetHealth(tx, h)
		},
		"no target": func(tx *store.Tx) {
			g, id := c.group(tx), fmt.Sprint("10.0.0.", number("target"))
			if t := elbv2.FindTarget(tx, g.ARN, id, 80); t != nil && t.Draining() {
				elbv2.ForgetTarget(tx, t)
			} else {
				elbv2.Deregister(tx, g, id, 80, time.Now())
			}
		},
	}
	actions := map[string]func(*rapid.T){
		"certificate": func(*rapid.T) { c.certificates[fmt.Sprint("certificate-", number("of")%2)] = fmt.Sprint(number("key")) },
	}
	for what, change := range changes {
		actions[what] = func(*rapid.T) { c.update(change) }
	}
	return actions
}

// A load balancer that is told what has changed does what one does that is told all; and what has not changed is not told again.
func TestWhatIsComposedAgainIsAsComposedAnew(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := begin(r)
		looks := &Controller{Options: Options{Store: c.store, Certificate: func(_ *store.Tx, _ arn.Scope, id string) (chain, key string, found bool) {
			return id, c.certificates[id], true
		}}}
		plane, server, again := &keeper{has: map[balancer.Key]string{}}, control.NewServer(), &composer{}
		var client *control.Client
		dial := func(*rapid.T) {
			if client != nil {
				client.Close()
			}
			near, there := net.Pipe()
			go func() { _ = server.Serve(t.Context(), plane, there) }()
			var err error
			if client, err = control.Connect(t.Context(), near, nil); err != nil {
				r.Fatal(err)
			}
		}
		dial(r)
		defer func() { client.Close() }()
		actions := c.actions()
		actions["client"] = dial
		actions["refusal"] = func(r *rapid.T) {
			plane.refuses = rapid.SampledFrom([]string{"", "10.0.0.1:80", "certificate-1", c.groups[1], c.listener}).Draw(r, "refused")
		}
		actions[""] = func(r *rapid.T) {
			v, _ := looks.read(c.store.Read(), c.balancer)
			pieces := again.Configure(v)
			if anew := new(composer).Configure(v); !reflect.DeepEqual(pieces, anew) {
				r.Fatalf("composed again: %+v, anew: %+v", pieces, anew)
			}
			refused := client.Update(t.Context(), pieces)
			want := map[balancer.Key]string{}
			for _, p := range pieces {
				key, content := said(p)
				want[key] = content
			}
			if refused == nil && !maps.Equal(plane.has, want) {
				r.Fatalf("the load balancer has %v, want %v", plane.has, want)
			}
			sets := plane.sets
			if v, _ = looks.read(c.store.Read(), c.balancer); !slices.Equal(again.Configure(v), pieces) {
				r.Fatal("what has not changed is composed anew")
			}
			if err := client.Update(t.Context(), pieces); refused == nil && (err != nil || plane.sets > sets) {
				r.Fatalf("what has not changed is told again: %v", err)
			}
		}
		r.Repeat(actions)
	})
}
