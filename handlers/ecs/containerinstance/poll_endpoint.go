package containerinstance

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// DiscoverPollEndpoint tells an agent where to poll: at the emulator, under the name by
// which it was asked. What it would poll there is not built, and says so.
// Source: ECS API reference, DiscoverPollEndpoint; amazon-ecs-agent takes http as well.
func (a *API) DiscoverPollEndpoint(ctx context.Context, in *sdk.DiscoverPollEndpointInput) (*sdk.DiscoverPollEndpointOutput, error) {
	if err := a.checkPoller(ctx, in); err != nil {
		return nil, kit.AgentsError(err)
	}
	endpoint := aws.String("http://" + awsapi.FromContext(ctx).Host + "/")
	return &sdk.DiscoverPollEndpointOutput{Endpoint: endpoint, TelemetryEndpoint: endpoint, ServiceConnectEndpoint: endpoint}, nil
}

// checkPoller looks for the container instance, where one is named.
func (a *API) checkPoller(ctx context.Context, in *sdk.DiscoverPollEndpointInput) error {
	if in.ContainerInstance == nil || strings.TrimSpace(*in.ContainerInstance) == "" {
		return nil
	}
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return err
	}
	_, err = c.RegisteredInstance(*in.ContainerInstance)
	return err
}
