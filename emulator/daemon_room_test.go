package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestRoomOfDaemons: what a daemon takes is off an instance before others are placed, also where it is not critical. Two tasks fill what
// the smallest instance has beside the daemon, so four tasks need two instances, each with its own.
func TestRoomOfDaemons(t *testing.T) {
	f := newFleet(start(t, emulator.Options{Speed: emulator.Still}))
	_, err := f.client.RegisterDaemonTaskDefinition(f.Context(), &ecs.RegisterDaemonTaskDefinitionInput{
		Family: aws.String("big"), Cpu: aws.String("1024"), Memory: aws.String("64"),
		ContainerDefinitions: []types.DaemonContainerDefinition{{Name: aws.String("agent"), Image: aws.String("shop/agent:1"), Command: []string{"sleep", "99999999"}, StopTimeout: aws.Int32(2)}},
	})
	f.must(err)
	f.deploy("logs", "big", false)
	f.advance(time.Second)
	_, err = f.client.RunTask(f.Context(), &ecs.RunTaskInput{
		Cluster: aws.String(fleetCluster), TaskDefinition: aws.String("web"), Count: aws.Int32(4),
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("mine"), Weight: 1}},
	})
	f.must(err)
	f.advance(5 * time.Minute)
	_, registered := f.instances()
	if len(registered) != 2 {
		t.Errorf("%d instances", len(registered))
	}
	for _, c := range registered {
		daemons, others := 0, 0
		for _, task := range state.InstanceTasks(f.srv.Rows().Read(), c.ARN) {
			if task.Spec.Daemon == "" {
				others++
			} else {
				daemons++
			}
		}
		if daemons != 1 || others != 2 {
			t.Errorf("%s of %d CPU units has %d tasks of the daemon and %d others", c.ARN, c.Registered.CPU, daemons, others)
		}
	}
}
