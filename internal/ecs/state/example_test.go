package state_test

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func Example() {
	rows, err := state.Open(store.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rows.Close()
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	id := scope.Task("default", arn.NewID())
	now := time.Now()

	err = rows.Update(func(tx *store.Tx) error {
		state.AddTask(tx, &state.Task{
			ARN: id, Spec: &state.TaskSpec{ClusterARN: scope.Cluster("default"), CreatedAt: now},
			Status: state.TaskStatus{LastStatus: state.Provisioning},
		})
		state.StopTask(tx, id, state.Stop{Code: types.TaskStopCodeUserInitiated, Reason: "enough", At: now})
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	task := state.FindTask(rows.Read(), id)
	fmt.Println(task.Status.LastStatus, task.DesiredStatus(), task.Stop.Reason)
	// Output: PROVISIONING STOPPED enough
}
