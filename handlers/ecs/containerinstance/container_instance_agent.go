package containerinstance

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// newestAgent is what agents are updated to: that of the images that the emulator knows.
func newestAgent(before types.VersionInfo) types.VersionInfo {
	return types.VersionInfo{
		AgentVersion: aws.String(ec2.AgentVersion), AgentHash: aws.String(ec2.AgentHash), DockerVersion: before.DockerVersion,
	}
}

// UpdateContainerAgent updates an agent that is older than the newest one.
// Source: ECS API reference, UpdateContainerAgent; field reports for the words of
// NoUpdateAvailableException. The others follow the reference.
func (a *API) UpdateContainerAgent(ctx context.Context, in *sdk.UpdateContainerAgentInput) (*sdk.UpdateContainerAgentOutput, error) {
	var out types.ContainerInstance
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		old, err := c.RegisteredInstance(aws.ToString(in.ContainerInstance))
		if err != nil {
			return err
		}
		now := a.Now()
		agent := old.AgentAt(now)
		if err := checkUpdatable(agent); err != nil {
			return err
		}
		instance := *old
		instance.Version = agent.Version
		instance.AgentUpdate = &state.AgentUpdate{At: now, To: newestAgent(agent.Version)}
		state.PutContainerInstance(c.Tx, &instance, now)
		out = describeContainerInstance(c.Tx, &instance, nil, now)
		return nil
	})
	return &sdk.UpdateContainerAgentOutput{ContainerInstance: &out}, err
}

func checkUpdatable(agent state.Agent) error {
	version, known := agentVersion(aws.ToString(agent.Version.AgentVersion))
	newest, _ := agentVersion(ec2.AgentVersion)
	switch {
	case agent.UpdateStatus != "" && agent.UpdateStatus != types.AgentUpdateStatusUpdated:
		return &types.UpdateInProgressException{Message: aws.String("There is already an update in progress for your container agent.")}
	case !known:
		return &types.MissingVersionException{Message: aws.String("The current version of your container agent could not be determined.")}
	case slices.Compare(version, newest) >= 0:
		return &types.NoUpdateAvailableException{Message: aws.String("There is no update available for your container agent.")}
	}
	return nil
}

// agentVersion reads a version such as 1.90.0.
func agentVersion(text string) (numbers []int, ok bool) {
	for part := range strings.SplitSeq(cmp.Or(text, "none"), ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, true
}
