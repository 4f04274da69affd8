package state

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// What tasks have of Fargate is counted until they are STOPPED, apart for FARGATE_SPOT.
func TestCPUOnFargate(t *testing.T) {
	s, err := Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	put := func(cluster, id string, launchType types.LaunchType, provider, status string) {
		err := s.Update(func(tx *store.Tx) error {
			old := FindTask(tx, scope.Task(cluster, id))
			row := &Task{
				ARN: scope.Task(cluster, id), Spec: &TaskSpec{ClusterARN: scope.Cluster(cluster), LaunchType: launchType, CPU: "256"},
				Placement: &Placement{CapacityProvider: provider}, Status: TaskStatus{LastStatus: status},
			}
			if old != nil {
				row.Stop = &Stop{}
			}
			putTask(tx, old, row, time.Time{})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := func(onDemand, spot int) {
		t.Helper()
		if got := CPUOnFargate(s.Read(), scope); got != (FargateCPU{onDemand, spot}) {
			t.Errorf("%+v, want %d and %d", got, onDemand, spot)
		}
	}
	put("a", "1", types.LaunchTypeFargate, "", Provisioning)
	put("b", "2", types.LaunchTypeFargate, "FARGATE", Running)
	put("b", "3", types.LaunchTypeFargate, "FARGATE_SPOT", Running)
	put("b", "4", types.LaunchTypeEc2, "", Running)
	want(512, 256)
	put("b", "2", types.LaunchTypeFargate, "FARGATE", Deprovisioning)
	want(512, 256)
	put("b", "2", types.LaunchTypeFargate, "FARGATE", Stopped)
	put("b", "3", types.LaunchTypeFargate, "FARGATE_SPOT", Stopped)
	want(256, 0)
}
