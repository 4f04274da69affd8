package attachment_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/attachment"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// TestAttachmentsFollowTheProviders: a cluster's managed scaling is a policy of the group as long as the cluster
// has the provider, and no longer than the cluster.
func TestAttachmentsFollowTheProviders(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := attachment.New(rows, clock.New(clock.Options{}), slog.New(slog.DiscardHandler))
	go func() { _ = c.Run(t.Context()) }()
	group := &autoscaling.Group{Scope: scope, Name: "spare", ID: arn.NewUUID()}
	p := &capacityprovider.Provider{
		ARN: scope.CapacityProvider("mine"), Name: "mine", Status: types.CapacityProviderStatusActive, Group: "spare", GroupARN: group.ARN(),
		ManagedScaling: types.ManagedScaling{Status: types.ManagedScalingStatusEnabled, TargetCapacity: aws.Int32(80)},
	}
	change := func(change func(tx *store.Tx)) *state.Cluster {
		t.Helper()
		if err := rows.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := c.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		return state.Clusters.Get(rows.Read(), scope.Cluster("shop"))
	}
	put := func(status string, providers ...string) func(tx *store.Tx) {
		return func(tx *store.Tx) {
			cluster := &state.Cluster{ARN: scope.Cluster("shop"), Name: "shop", Status: status, CapacityProviders: providers}
			if old := state.Clusters.Get(tx, cluster.ARN); old != nil {
				cluster.Attachments = old.Attachments
			}
			capacityprovider.Associate(tx, cluster, time.Now())
		}
	}
	policies := func() []*autoscaling.Policy { return autoscaling.Policies(rows.Read(), scope, "spare") }

	cluster := change(func(tx *store.Tx) {
		autoscaling.PutGroup(tx, group)
		capacityprovider.Providers.Put(tx, p)
		put(state.ClusterActive, "mine")(tx)
	})
	if len(cluster.Attachments) != 1 || *cluster.Attachments[0].Status != "CREATED" || cluster.AttachmentsStatus != "UPDATE_COMPLETE" {
		t.Errorf("the cluster has %+v", cluster)
	}
	if got := policies(); len(got) != 1 || got[0].Name != *cluster.Attachments[0].Details[1].Value || got[0].Target != 80 || got[0].Cluster != "shop" {
		t.Fatalf("policies of the group: %+v", got)
	}
	id := *cluster.Attachments[0].Id
	if again := change(put(state.ClusterActive, "FARGATE", "mine")); *again.Attachments[0].Id != id || len(policies()) != 1 {
		t.Errorf("what is attached stays: %+v", again.Attachments)
	}
	change(func(tx *store.Tx) {
		other := *p
		other.ManagedScaling.TargetCapacity = aws.Int32(60)
		capacityprovider.Providers.Put(tx, &other)
		capacityprovider.Reattach(tx, &other, time.Now())
	})
	if got := policies(); len(got) != 1 || got[0].Target != 60 {
		t.Errorf("with another target the group has %+v", got)
	}
	if none := change(put(state.ClusterActive)); len(none.Attachments) != 0 || len(policies()) != 0 {
		t.Errorf("without the provider the cluster has %+v", none)
	}
	change(put(state.ClusterActive, "mine"))
	gone := change(func(tx *store.Tx) {
		deleted := *state.Clusters.Get(tx, scope.Cluster("shop"))
		deleted.Status = state.ClusterInactive
		state.Clusters.Put(tx, &deleted)
	})
	if len(gone.Attachments) != 0 || len(policies()) != 0 {
		t.Errorf("the deleted cluster has %+v", gone.Attachments)
	}
}
