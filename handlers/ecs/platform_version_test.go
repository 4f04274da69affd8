package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestPlatformVersionsOfWindows are others than Linux has: 1.0.0 is the latest. Tasks of
// Windows are refused for their system, not for a version that AWS has.
func TestPlatformVersionsOfWindows(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "windows", func(in *sdk.RegisterTaskDefinitionInput) {
		in.Cpu, in.Memory = aws.String("1024"), aws.String("2048")
		in.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: types.OSFamilyWindowsServer2022Core}
	})
	for version, want := range map[string][2]string{
		"1.0.0":  {invalid, "ecs-emulator does not support runtimePlatform.operatingSystemFamily WINDOWS_SERVER_2022_CORE yet; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ecs.md."},
		"LATEST": {invalid, "ecs-emulator does not support runtimePlatform.operatingSystemFamily WINDOWS_SERVER_2022_CORE yet; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ecs.md."},
		"1.4.0":  {"PlatformUnknownException", "The platform version is unknown."},
	} {
		in := runInput("windows")
		in.PlatformVersion = aws.String(version)
		_, err := s.RunTask(ctx, in)
		refused(t, err, want[0], want[1])
	}
}

// TestPlatformVersionWithoutEFS refuses file systems on 1.3.0 (ECS0307), but lets a service on that an earlier version of
// the emulator took.
func TestPlatformVersionWithoutEFS(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "plain", func(*sdk.RegisterTaskDefinitionInput) {})
	s.fargate(t, "efs", func(in *sdk.RegisterTaskDefinitionInput) {
		in.Volumes = []types.Volume{{Name: aws.String("v"), EfsVolumeConfiguration: &types.EFSVolumeConfiguration{FileSystemId: aws.String("fs-1")}}}
	})
	create := func(family, version string) error {
		in := serviceInput("web", family)
		in.PlatformVersion = &version
		_, err := s.CreateService(ctx, in)
		return err
	}
	update := func(in sdk.UpdateServiceInput) error {
		in.Service = aws.String("web")
		_, err := s.UpdateService(ctx, &in)
		return err
	}
	const code, words = "PlatformTaskDefinitionIncompatibilityException", "One or more of the requested capabilities are not supported."
	refused(t, create("efs", "1.3.0"), code, words)
	if err := create("plain", "1.3.0"); err != nil {
		t.Fatal(err)
	}
	refused(t, update(sdk.UpdateServiceInput{TaskDefinition: aws.String("efs")}), code, words)
	if err := update(sdk.UpdateServiceInput{TaskDefinition: aws.String("efs"), PlatformVersion: aws.String("1.4.0")}); err != nil {
		t.Fatal(err)
	}
	refused(t, update(sdk.UpdateServiceInput{PlatformVersion: aws.String("1.3.0")}), code, words)

	s.update(t, func(tx *store.Tx) { // as an earlier version stored it
		service := state.FindService(tx, testScope.Service("default", "web")).Clone()
		revision := *service.Primary().Revision
		revision.PlatformVersion, service.Primary().Revision = "1.3.0", &revision
		state.PutService(tx, service)
	})
	if err := update(sdk.UpdateServiceInput{DesiredCount: aws.Int32(1), ForceNewDeployment: true}); err != nil {
		t.Errorf("a service that was taken earlier: %v", err)
	}
	in := runInput("efs")
	in.PlatformVersion = aws.String("1.3.0")
	_, err := s.RunTask(ctx, in)
	refused(t, err, code, words)
}

// TestServicesLeaveFargateWithoutAPlatformVersion changes what AWS documents as valid: the version that a service on
// Fargate has is not asked for with the provider of an Auto Scaling group.
func TestServicesLeaveFargateWithoutAPlatformVersion(t *testing.T) {
	s := newServer(t)
	s.groupProviders(t)
	s.fargate(t, "plain", func(*sdk.RegisterTaskDefinitionInput) {})
	in := serviceInput("moving", "plain")
	in.Cluster = aws.String("shop")
	must[*sdk.CreateServiceOutput](t)(s.CreateService(ctx, in))
	move := func(provider string) (*sdk.UpdateServiceOutput, error) {
		return s.UpdateService(ctx, &sdk.UpdateServiceInput{
			Cluster: in.Cluster, Service: in.ServiceName, ForceNewDeployment: true, CapacityProviderStrategy: strategy(types.CapacityProviderStrategyItem{CapacityProvider: &provider, Weight: 1}),
		})
	}
	if got := must[*sdk.UpdateServiceOutput](t)(move("scaled")).Service; got.PlatformVersion != nil {
		t.Errorf("on instances: %s", *got.PlatformVersion)
	}
	if got := must[*sdk.UpdateServiceOutput](t)(move("FARGATE")).Service; aws.ToString(got.PlatformVersion) != "LATEST" {
		t.Errorf("on Fargate again: %v", got.PlatformVersion)
	}
	asked := sdk.UpdateServiceInput{
		Cluster: in.Cluster, Service: in.ServiceName, ForceNewDeployment: true, PlatformVersion: aws.String("1.4.0"), CapacityProviderStrategy: strategy(provider("scaled", 1, 0)),
	}
	_, err := s.UpdateService(ctx, &asked)
	refused(t, err, invalid, "The platform version must be null when specifying an EC2 launch type.")
}
