package state

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestLaunchTypeOfARevisionsTasks(t *testing.T) {
	strategy := func(providers ...string) *ServiceRevision {
		r := &ServiceRevision{}
		for _, p := range providers {
			r.CapacityProviderStrategy = append(r.CapacityProviderStrategy, types.CapacityProviderStrategyItem{CapacityProvider: aws.String(p)})
		}
		return r
	}
	for _, test := range []struct {
		revision *ServiceRevision
		want     types.LaunchType
	}{
		{&ServiceRevision{LaunchType: types.LaunchTypeFargate}, types.LaunchTypeFargate},
		{&ServiceRevision{LaunchType: types.LaunchTypeExternal}, types.LaunchTypeExternal},
		{strategy("FARGATE", "FARGATE_SPOT"), types.LaunchTypeFargate},
		{strategy("my-instances"), types.LaunchTypeEc2},
	} {
		if got := test.revision.TasksLaunchType(); got != test.want {
			t.Errorf("%+v: %s, want %s", test.revision, got, test.want)
		}
	}
}

// TestAServiceThatIsRemovedWhileItDrainsIsCountedNoMore: its cluster was deleted, as a DRAINING
// service does not keep one, and is made anew.
func TestAServiceThatIsRemovedWhileItDrainsIsCountedNoMore(t *testing.T) {
	s, err := Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	cluster := scope.Cluster("c")
	drains := &Service{
		ARN: scope.Service("c", "web"), Name: "web", ClusterARN: cluster, DeletedAt: time.Unix(1, 0),
		Deployments: []*Deployment{{Generation: Generation{ID: "ecs-svc/1", Revision: &ServiceRevision{LaunchType: types.LaunchTypeFargate}}}},
	}
	update := func(change func(tx *store.Tx), want int) {
		t.Helper()
		if err := s.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		if n := FindClusterSummary(s.Read(), cluster).DrainingServices(); n != want {
			t.Errorf("%d services drain, want %d", n, want)
		}
	}
	update(func(tx *store.Tx) { PutService(tx, drains) }, 1)
	update(func(tx *store.Tx) { RemoveService(tx, FindService(tx, drains.ARN)) }, 0)
}
