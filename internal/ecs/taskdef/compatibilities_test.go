package taskdef

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func TestCompatibilities(t *testing.T) {
	const (
		ec2      = types.CompatibilityEc2
		fargate  = types.CompatibilityFargate
		external = types.CompatibilityExternal
		managed  = types.CompatibilityManagedInstances
	)
	awsvpc := func(in *request) { in.NetworkMode = "awsvpc" }
	sized := func(in *request) { awsvpc(in); in.Cpu, in.Memory = ptr("1024"), ptr("2048") }
	for _, c := range []struct {
		name   string
		change func(*request)
		want   []types.Compatibility
	}{
		{"no mode", func(*request) {}, []types.Compatibility{external, ec2}},
		{"bridge", func(in *request) { in.NetworkMode = "bridge" }, []types.Compatibility{external, ec2}},
		{"none", setPorts(types.NetworkModeNone), []types.Compatibility{external, ec2}},
		{"host", func(in *request) { in.NetworkMode = "host" }, []types.Compatibility{external, ec2, managed}},
		{"awsvpc without size", awsvpc, []types.Compatibility{ec2, managed}},
		{"awsvpc with a Fargate size", sized, []types.Compatibility{ec2, managed, fargate}},
		{"awsvpc, not for Fargate", func(in *request) { sized(in); first(in).Privileged = ptr(true) }, []types.Compatibility{ec2, managed}},
		{"Windows", func(in *request) {
			sized(in)
			in.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: "WINDOWS_SERVER_2022_FULL"}
		}, []types.Compatibility{ec2, fargate}},
		{"fault injection", func(in *request) { in.EnableFaultInjection = ptr(true) }, []types.Compatibility{ec2}},
		{"volume configured at launch", func(in *request) {
			in.Volumes = []types.Volume{{Name: ptr("v"), ConfiguredAtLaunch: ptr(true)}}
			first(in).MountPoints = []types.MountPoint{{SourceVolume: ptr("v"), ContainerPath: ptr("/v")}}
		}, []types.Compatibility{ec2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := webDefinition()
			c.change(in)
			def := mustRegister(t, in)
			if !slices.Equal(def.Compatibilities, c.want) {
				t.Errorf("compatibilities %v, want %v", def.Compatibilities, c.want)
			}
			for _, launchType := range types.LaunchType("").Values() {
				want := slices.Contains(c.want, types.Compatibility(launchType))
				if Supports(def, launchType) != want {
					t.Errorf("supports %s is not %t", launchType, want)
				}
			}
		})
	}
}
