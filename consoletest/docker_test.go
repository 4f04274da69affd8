package consoletest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestOnDocker follows a deployment and the output of real containers, once: all else the simulated engine shows.
func TestOnDocker(t *testing.T) {
	image := dockertest.Image(t)
	s := start(t, emulator.Options{Backend: dockertest.Engine(t)})
	revision := func(lines string) string {
		out, err := s.ecs.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("web"), NetworkMode: types.NetworkModeHost,
			ContainerDefinitions: []types.ContainerDefinition{{
				Name: aws.String("app"), Image: &image, Memory: aws.Int32(64), Command: []string{"recite", lines},
			}},
		})
		s.must(err)
		return *out.TaskDefinition.TaskDefinitionArn
	}
	_, err := s.AddInstances(t.Context(), emulator.Instances{Cluster: "shop"})
	s.must(err)
	_, err = s.ecs.CreateService(t.Context(), &ecs.CreateServiceInput{
		Cluster: aws.String("shop"), ServiceName: aws.String("web"), DesiredCount: aws.Int32(1), TaskDefinition: aws.String(revision("1")),
	})
	s.must(err)
	tab := s.tab("/services/shop/web")
	tab.Expect("ERR_NETWORK_CHANGED") // the engine makes networks, and the page joins its stream again
	tab.Follow(`main a[href*="show=logs"]`)
	tab.UntilText("line 1")
	s.deploy("web", revision("3"))
	tab.UntilText("line 3")
	s.onePageLoad(tab)
}
