package capacity_test

import (
	"context"
	"encoding/base64"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestInitializedOnce: an instance joins the cluster that cfn-init says, also when the first call for it fails, and does not call
// again when it starts again.
func TestInitializedOnce(t *testing.T) {
	w := newWorld(t, "")
	w.makeCluster("blue")
	w.makeCluster("red")
	var calls atomic.Int32
	w.initialize = func(_ context.Context, i *ec2.Instance) ([]string, error) {
		if len(i.Agent.Init) != 1 || i.Agent.Init[0].Resource != "A" || i.State() != types.InstanceStateNameRunning {
			t.Errorf("%s calls %+v", i.State(), i.Agent.Init)
		}
		if calls.Add(1) == 1 {
			return nil, errors.New("the endpoint is away")
		}
		return []string{"echo ECS_CLUSTER=blue >> /etc/ecs/ecs.config"}, nil
	}
	w.run()
	watch := w.store.Watch(0, ec2.OnInstances())
	defer watch.Close()
	subnets, _ := ec2network.DefaultNetwork(scope)
	var id string
	w.update(func(tx *store.Tx) {
		launched, err := ec2.Launch(tx, ec2.RoomIn(tx, state.TaskInterfaces(tx)), ec2.Spec{
			Scope: scope, Count: 1, At: w.clock.Now(), Type: "t3.micro", Image: "ami-1", Subnet: subnets[1],
			UserData: base64.StdEncoding.EncodeToString([]byte("echo ECS_CLUSTER=red >> c\ncfn-init -s shop -r A\n")),
		})
		if err != nil {
			t.Fatal(err)
		}
		id = launched[0].ID
	})
	for w.instance(id).ContainerInstance == "" { // a retry, in real time
		key, err := watch.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		watch.Done(key)
	}
	blue := scope.Cluster("blue")
	if got := w.containerInstance(id).ClusterARN(); got != blue {
		t.Errorf("the instance is in %s", got)
	}
	w.want(id, types.InstanceStateNameStopped)
	w.settle()
	w.want(id, types.InstanceStateNameRunning)
	w.settle()
	if got := calls.Load(); got != 2 || w.containerInstance(id).ClusterARN() != blue {
		t.Errorf("%d calls of cfn-init, in %s", got, w.containerInstance(id).ClusterARN())
	}
}
