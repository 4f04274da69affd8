package express_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
)

var scope = arn.Scope{Account: "123456789012", Region: "eu-west-1"}

func service(n int, subnets ...string) *express.Service {
	name := fmt.Sprint("web", n)
	return &express.Service{
		ARN: scope.Service("default", name), Scope: scope, Cluster: "default", Name: name, Token: fmt.Sprint("token", n),
		Network: express.Network{VPC: "vpc-1", Subnets: subnets, Public: true},
	}
}

func update(t *testing.T, s *store.Store, do func(tx *store.Tx)) {
	t.Helper()
	if err := s.Update(func(tx *store.Tx) error { do(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestPlacesAtLoadBalancers(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	update(t, s, func(tx *store.Tx) {
		var all []*express.Service
		for i := range 5 {
			all = append(all, service(i, "a", "b"))
			express.Assign(tx, all[i], 2)
			express.Put(tx, all[i])
		}
		for i, slot := range []int{1, 2, 1, 2, 1} {
			if same := all[i].Set == all[max(i-1, 0)].Set; all[i].Slot != slot || same != (i == 0 || slot == 2) {
				t.Errorf("%d has place %d of %s", i, all[i].Slot, all[i].Set)
			}
		}
		elsewhere := service(9, "c")
		if express.Assign(tx, elsewhere, 2); elsewhere.Set == all[0].Set || elsewhere.Set == all[4].Set {
			t.Error("services of other subnets share a load balancer")
		}

		gone := *all[0]
		gone.DeletedAt = time.Unix(1, 0)
		express.Put(tx, &gone)
		express.PutResource(tx, &express.Resource{Owner: gone.ARN, Kind: express.Rule, ID: "rule"})
		early := service(10, "a", "b")
		if express.Assign(tx, early, 2); early.Set == gone.Set {
			t.Error("the place of a service whose rule is still there is given away")
		}
		express.RemoveResource(tx, &express.Resource{Owner: gone.ARN, Kind: express.Rule})
		next := service(11, "a", "b")
		if express.Assign(tx, next, 2); next.Set != gone.Set || next.Slot != 1 {
			t.Errorf("the free place is not given: %d of %s", next.Slot, next.Set)
		}
	})
}

// A service of a name that another one had has nothing of that one, also where something could not be removed.
func TestNameAgain(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	update(t, s, func(tx *store.Tx) {
		old := service(1, "a")
		old.DeletedAt = time.Unix(1, 0)
		express.Put(tx, old)
		express.PutResource(tx, &express.Resource{Owner: old.ARN, Kind: express.Alarm, ID: "alarm", Left: true})
		express.End(tx, old, time.Unix(2, 0))
		if got := old.Status(tx); got != types.ExpressGatewayServiceStatusCodeInactive {
			t.Error(got)
		}
		again := service(1, "a")
		again.Token = "another"
		express.Put(tx, again)
		if got := again.Status(tx); got != types.ExpressGatewayServiceStatusCodeActive {
			t.Error(got)
		}
		if owned := express.Owned(tx, again.ARN); len(owned) > 0 {
			t.Errorf("it has %s", owned[0].Kind)
		}
		again.DeletedAt = time.Unix(3, 0)
		express.Put(tx, again)
		if got := again.Status(tx); got != types.ExpressGatewayServiceStatusCodeDraining {
			t.Error(got)
		}
		express.End(tx, again, time.Unix(4, 0))
		express.Forget(tx, time.Unix(5, 0))
		if express.Find(tx, again.ARN) != nil {
			t.Error("it is not forgotten")
		}
	})
}
