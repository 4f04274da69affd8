package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// TestCapabilitiesOfTheHostNeedPermission: what a container may do to itself does not.
func TestCapabilitiesOfTheHostNeedPermission(t *testing.T) {
	s := newServer(t)
	s.shop(t)
	s.registerInstance(t, nil)
	for capability, refusal := range map[string]string{
		"NET_ADMIN": "", "SYS_PTRACE": "",
		"ALL":       "containerDefinitions[0].linuxParameters.capabilities.add ALL gives a container rights on the engine's host: start ecs-emulator with --allow-privileged to permit that.",
		"SYS_ADMIN": "containerDefinitions[0].linuxParameters.capabilities.add SYS_ADMIN gives a container rights on the engine's host: start ecs-emulator with --allow-privileged to permit that.",
	} {
		s.bridge(t, "root", func(in *sdk.RegisterTaskDefinitionInput) {
			in.ContainerDefinitions[0].LinuxParameters = &types.LinuxParameters{Capabilities: &types.KernelCapabilities{Add: []string{"CHOWN", capability}}}
		})
		_, err := s.RunTask(ctx, &sdk.RunTaskInput{Cluster: aws.String("shop"), TaskDefinition: aws.String("root"), LaunchType: types.LaunchTypeEc2})
		if refusal != "" {
			refused(t, err, invalid, refusal)
		} else if err != nil {
			t.Error(err)
		}
	}
}

// TestPrivilegedNeedsPermission looks at all operations that start tasks. testdata/script/container has
// those that are permitted.
func TestPrivilegedNeedsPermission(t *testing.T) {
	const refusal = "containerDefinitions[0].privileged gives a container all rights on the engine's host: start ecs-emulator with --allow-privileged to permit that."
	s := newServer(t)
	s.shop(t)
	instance := s.registerInstance(t, nil)
	s.bridge(t, "root", func(in *sdk.RegisterTaskDefinitionInput) { in.ContainerDefinitions[0].Privileged = aws.Bool(true) })
	cluster, definition := aws.String("shop"), aws.String("root")
	_, err := s.RunTask(ctx, &sdk.RunTaskInput{Cluster: cluster, TaskDefinition: definition, LaunchType: types.LaunchTypeEc2})
	refused(t, err, invalid, refusal)
	_, err = s.StartTask(ctx, &sdk.StartTaskInput{Cluster: cluster, TaskDefinition: definition, ContainerInstances: []string{*instance.ContainerInstanceArn}})
	refused(t, err, invalid, refusal)
	_, err = s.CreateService(ctx, &sdk.CreateServiceInput{
		Cluster: cluster, ServiceName: aws.String("root"), TaskDefinition: definition, LaunchType: types.LaunchTypeEc2, DesiredCount: aws.Int32(1),
	})
	refused(t, err, invalid, refusal)
}
