package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
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
