package emulator_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestQuotasOfDaemons: a cluster has no more daemons than are allowed, and a family no more revisions.
func TestQuotasOfDaemons(t *testing.T) {
	t.Parallel()
	f := newFleet(start(t, emulator.Options{Speed: emulator.Still, Quotas: map[string]int{"daemons-per-cluster": 1, "daemon-task-definition-revisions": 1}}))
	f.deploy("logs", "daemon", true)
	f.deploy("logs", "daemon", false) // an update is no other daemon
	_, tooMany := f.client.CreateDaemon(f.Context(), &ecs.CreateDaemonInput{
		ClusterArn: aws.String(fleetCluster), DaemonName: aws.String("more"), DaemonTaskDefinitionArn: aws.String("daemon"), CapacityProviderArns: []string{f.provider},
	})
	_, tooNew := f.client.RegisterDaemonTaskDefinition(f.Context(), &ecs.RegisterDaemonTaskDefinitionInput{
		Family: aws.String("daemon"), ContainerDefinitions: []types.DaemonContainerDefinition{{Name: aws.String("agent"), Image: aws.String("shop/agent:1"), Memory: aws.Int32(64)}},
	})
	for _, err := range []error{tooMany, tooNew} {
		if limit, is := errors.AsType[*types.LimitExceededException](err); !is {
			t.Errorf("%v, %v", err, limit)
		}
	}
	f.deleteDaemon("logs")
	f.advance(0)
	f.eventually("the daemon is gone", func() bool { return len(f.rollouts()) == 0 })
	f.deploy("more", "daemon", true)
}
